package io.kairos.dist.node;

import io.kairos.agent.bootentry.BootEntryCommand;
import io.kairos.agent.bootentry.GrubEditCommand;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.host.Host;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The commands of {@code kairos-agent} that tell GRUB what to do. */
record BootVerbs(Host host, Console console) {
  private static final Option OUTPUT = Option.outputFormat();

  List<Verb> all() {
    return List.of(bootEntry(), grubEdit());
  }

  private Verb bootEntry() {
    Option select = Option.value("select", "ENTRY", "boot it next, without a question").also("s");
    return Verb.named("bootentry")
        .summary("choose what the next boot starts, once")
        .description(
            """
            Lists the entries of this node's GRUB menus and asks for one; where nobody can be asked, it
            only lists them. The choice is next_entry in /oem/grubenv, or on the state partition when
            COS_OEM is encrypted; GRUB clears it when it has used it. Choosing needs root.
            """)
        .option(select)
        .option(OUTPUT)
        .example("kairos-agent bootentry", "asks which one")
        .example("kairos-agent bootentry --select recovery && reboot", "into the recovery system")
        .example("kairos-agent bootentry --output json", "entries and choice, for programs")
        .seeAlso("kairos-agent grubedit")
        .runs(
            given -> {
              boolean asJson = given.require(OUTPUT).equals("json");
              var command = new BootEntryCommand(host, person(), console.out(), console.err());
              given
                  .value(select)
                  .ifPresentOrElse(
                      entry -> command.select(entry, asJson), () -> command.run(asJson));
              return 0;
            });
  }

  private Optional<BufferedReader> person() {
    return console.isTerminal()
        ? Optional.of(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)))
        : Optional.empty();
  }

  private Verb grubEdit() {
    Option file = Option.value("grub-file", "FILE", "the environment block").orElse("/oem/grubenv");
    return Verb.named("grubedit")
        .summary("the variables that the boot menu reads")
        .description(
            """
            Prints the variables of a GRUB environment block, one KEY=VALUE a line. A block has 1024
            bytes; what does not fit is refused and changes nothing.
            """)
        .option(file)
        .option(OUTPUT)
        .example("kairos-agent grubedit", "what /oem/grubenv says")
        .example("kairos-agent grubedit set extra_cmdline=quiet", "one more kernel argument")
        .seeAlso("kairos-agent bootentry")
        .verb(
            Verb.named("set")
                .summary("set a variable, or remove it")
                .description(
                    """
                    Without a value the variable is removed. The menu knows saved_entry, next_entry,
                    default_menu_entry, default_fallback, extra_cmdline, extra_active_cmdline,
                    extra_passive_cmdline and extra_recovery_cmdline.
                    """)
                .argument(Argument.required("KEY=VALUE", "as the menu reads it"))
                .example("kairos-agent grubedit set default_menu_entry=Node", "title of the menu")
                .example("kairos-agent grubedit set extra_cmdline=", "removes the variable")
                .runs(
                    given -> {
                      new GrubEditCommand(host, given.require(file), console.out())
                          .set(given.word(0).orElseThrow());
                      return 0;
                    }))
        .runs(
            given -> {
              new GrubEditCommand(host, given.require(file), console.out())
                  .print(given.require(OUTPUT).equals("json"));
              return 0;
            });
  }
}
