package io.kairos.peers.yip;

import io.kairos.dist.cli.Console;
import io.kairos.dist.node.YipProgram;
import io.kairos.host.ForwardingHost;
import io.kairos.host.Host;
import io.kairos.host.Kernel;
import io.kairos.host.linux.LinuxHost;
import io.kairos.peers.yip.RealYip.Run;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Our command line on a scratch system, in this process; the machine keeps its name. */
final class OurYip {
  private OurYip() {}

  private static final class Nameless extends ForwardingHost {
    private final Kernel kernel;

    Nameless(Host host) {
      super(host);
      Kernel real = host.kernel();
      kernel =
          (Kernel)
              Proxy.newProxyInstance(
                  Kernel.class.getClassLoader(),
                  new Class<?>[] {Kernel.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("setHostname")) {
                      return null;
                    }
                    try {
                      return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  });
    }

    @Override
    public Kernel kernel() {
      return kernel;
    }
  }

  static Run run(ScratchSystem system, List<String> words, String stdin) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var console = new Console(stream(out), stream(err), false);
    int code =
        new YipProgram(
                new Nameless(LinuxHost.here().at(system.root())),
                Path.of("/"),
                new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                console,
                Map.of())
            .run(words);
    return new Run(
        code,
        Layers.ofLog(out.toString(StandardCharsets.UTF_8)),
        err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
