package io.kairos.dist.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.kairos.host.Command;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
  @TempDir Path root;

  @BeforeEach
  void aRuntimeWhoseJavaPrintsHowItWasStarted() throws IOException {
    script(
        Files.createDirectories(root.resolve("bin")).resolve("java"),
        """
        #!/bin/sh
        printf '%s\\n' "$@" "LC_ALL=$LC_ALL" "options=$JAVA_TOOL_OPTIONS" "libraries=$LD_LIBRARY_PATH"
        """);
    script(
        root.resolve("kairos"),
        RuntimeData.load()
            .launcher()
            .replace("home=" + RuntimeData.HOME, "home=" + root)
            .replace("/proc/cpuinfo", root.resolve("cpuinfo").toString()));
  }

  @Test
  void passesTheNameCalledAndEveryArgumentAsItWas() throws IOException {
    Path agent = Files.createSymbolicLink(root.resolve("kairos-agent"), root.resolve("kairos"));
    assertThat(start(agent, "run-stage", "a b", ""))
        .isEqualTo(
            """
            -Xmx256m
            @%s/java.args
            -XX:TieredStopAtLevel=1
            io.kairos.dist.node.NodeMain
            kairos-agent
            run-stage
            a b

            LC_ALL=C.UTF-8
            options=
            libraries=
            """
                .formatted(root));
  }

  @Test
  void immucoreGetsASmallHeap() throws IOException {
    Path init = Files.createSymbolicLink(root.resolve("init"), root.resolve("kairos"));
    assertThat(start(init)).startsWith("-Xmx64m\n").contains("\ninit\n");
  }

  @Test
  void whatHashesASystemGetsTheSecondCompiler() throws IOException {
    Path agent = Files.createSymbolicLink(root.resolve("kairos-agent"), root.resolve("kairos"));
    String both = "-XX:TieredStopAtLevel=4\n";
    assertThat(start(agent, "upgrade", "--source", "oci:a/b")).contains(both);
    assertThat(start(agent, "manual-install", "config.yaml")).contains(both);
    assertThat(start(root.resolve("kairos"), "agent", "pull-image", "a/b")).contains(both);
    assertThat(start(agent, "upgraded")).doesNotContain(both);
  }

  @Test
  void anEmulatedProcessorGetsTheFirstCompilerOnly() throws IOException {
    Path agent = Files.createSymbolicLink(root.resolve("kairos-agent"), root.resolve("kairos"));
    Files.writeString(root.resolve("cpuinfo"), "model name : QEMU TCG CPU version 2.5+\n");
    assertThat(start(agent, "upgrade")).contains("-XX:TieredStopAtLevel=1\n");
  }

  private static String start(Path program, String... arguments) {
    return LinuxHost.here()
        .run(
            Command.of(program.toString())
                .with(arguments)
                .env("JAVA_TOOL_OPTIONS", "-Xshare:off")
                .env("LD_LIBRARY_PATH", "/somewhere"))
        .stdout();
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
