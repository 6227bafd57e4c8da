package io.kairos.dist.node;

import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.dist.BuildVersion;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.ErrorText;
import io.kairos.host.linux.LinuxHost;
import io.kairos.immucore.Immucore;
import io.kairos.immucore.StageRuns;
import io.kairos.stages.StageLog;
import io.kairos.stages.StageRunner;
import io.kairos.stages.StageSources;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** {@code immucore}: runs once, in the initramfs. Its one option prints the graph of this boot. */
final class ImmucoreProgram {
  private static final int FAILED = 1;

  private final Console console;

  ImmucoreProgram(Console console) {
    this.console = console;
  }

  int run(List<String> words) {
    LinuxHost initramfs = LinuxHost.here();
    try {
      String commandLine = Immucore.commandLine(initramfs);
      if (words.contains("--dry-run")) {
        console.out().print(Immucore.graph(commandLine).render());
        return 0;
      }
      return boot(initramfs, commandLine);
    } catch (IOException e) {
      return failed(new HostFailure("cannot read the kernel command line", e));
    } catch (KairosException e) {
      return failed(e);
    }
  }

  private int boot(LinuxHost initramfs, String commandLine) {
    var ended = new CountDownLatch(1);
    // A half-made root is worse than a late one: a signal waits until the graph has ended.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitQuietly(ended)));
    try {
      StageRuns stages =
          (stage, root, log) ->
              new StageRunner(root, stageLog(log))
                  .run(stage, StageSources.standard().withCommandLine(commandLine))
                  .errors();
      Optional<String> failure =
          new Immucore(initramfs, initramfs.at(Path.of("/sysroot")), stages)
              .boot(commandLine, BuildVersion.read());
      failure.ifPresent(reason -> console.out().println(reason));
      return failure.isPresent() ? FAILED : 0;
    } finally {
      ended.countDown();
    }
  }

  /** Debugging output would hide the boot on a slow console. */
  private static StageLog stageLog(Consumer<String> log) {
    return (level, line) -> {
      if (level != StageLog.Level.DEBUG) {
        log.accept(line);
      }
    };
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int failed(KairosException failure) {
    console.out().print(ErrorText.of(failure));
    return FAILED;
  }
}
