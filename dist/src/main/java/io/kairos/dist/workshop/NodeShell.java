package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.testkit.qemu.QemuMachine;
import io.kairos.testkit.qemu.SshAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Asks a running node many things in one login. */
public final class NodeShell {
  private final QemuMachine machine;
  private final SshAccess access;

  public NodeShell(QemuMachine machine, SshAccess access) {
    this.machine = machine;
    this.access = access;
  }

  /**
   * @param lines for the node's shell, as the user who logs in
   * @return the answers in the same order, whatever their exit codes
   */
  public List<Output> ask(List<String> lines) {
    return answers(lines, machine.script(access, script(lines)).stdout());
  }

  public List<NodeCheck.Result> check(List<NodeCheck> checks) {
    List<Output> answers = ask(checks.stream().map(NodeCheck::line).toList());
    var results = new ArrayList<NodeCheck.Result>();
    for (int i = 0; i < checks.size(); i++) {
      results.add(checks.get(i).judge(answers.get(i)));
    }
    return results;
  }

  static String script(List<String> lines) {
    var script = new StringBuilder(resource());
    for (String line : lines) {
      script.append(Command.of("ask", line).replayable()).append('\n');
    }
    return script.toString();
  }

  static List<Output> answers(List<String> lines, String stdout) {
    List<Output> answers = stdout.lines().map(NodeShell::answer).toList();
    if (answers.size() != lines.size()) {
      throw new HostFailure(
          "the node answered " + answers.size() + " of " + lines.size() + " questions: " + stdout);
    }
    return answers;
  }

  private static Output answer(String line) {
    String[] fields = line.split(" ", 3);
    return new Output(Integer.parseInt(fields[0]), decoded(fields[1]), decoded(fields[2]));
  }

  private static String decoded(String field) {
    return new String(Base64.getDecoder().decode(field), StandardCharsets.UTF_8);
  }

  private static String resource() {
    try (var in = NodeShell.class.getResourceAsStream("ask.sh")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
