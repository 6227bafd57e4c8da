package io.kairos.dist.workshop;

import io.kairos.base.HostFailure;
import io.kairos.base.Refused;
import io.kairos.dist.cli.Argument;
import io.kairos.dist.cli.Console;
import io.kairos.dist.cli.Option;
import io.kairos.dist.cli.Verb;
import io.kairos.operator.osartifact.OSArtifactMigration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** {@code migrate}: manifests of OSArtifacts as this release has them. */
final class MigrateVerb {
  private static final Option IN_PLACE =
      Option.flag("in-place", "write the file anew instead of printing").also("i");

  private final Console console;

  MigrateVerb(Console console) {
    this.console = console;
  }

  Verb verb() {
    return Verb.named("migrate")
        .summary("write manifests of OSArtifacts of older releases as this one has them")
        .description(
            """
            Reads YAML documents. OSArtifacts of osbuilder (v1alpha1) and of the operator before 0.1
            get today's apiVersion and fields; all other documents stay as they are, with their
            remarks. What a person has to look at is said on standard error. The operator takes the
            old ones too.
            """)
        .argument(Argument.required("FILE", "of manifests"))
        .option(IN_PLACE)
        .example("kairos migrate artifact.yaml | kubectl apply -f -", "without changing the file")
        .example("kairos migrate --in-place artifact.yaml", "for version control")
        .runs(
            given -> {
              Path file = Path.of(given.word(0).orElseThrow());
              String text = read(file);
              OSArtifactMigration migration = OSArtifactMigration.of(text, file.toString());
              migration.remarks().forEach(remark -> console.err().println("note: " + remark));
              if (!given.has(IN_PLACE)) {
                console.out().print(migration.text());
              } else if (!migration.text().equals(text)) {
                replace(file, migration.text());
              }
              return 0;
            });
  }

  private static String read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new Refused(file + " is no file", "name a file of manifests");
    }
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new HostFailure("cannot read " + file, e);
    }
  }

  private static void replace(Path file, String text) {
    Path aside = file.resolveSibling("." + file.getFileName() + ".new");
    try {
      Files.writeString(aside, text);
      Files.setPosixFilePermissions(aside, Files.getPosixFilePermissions(file));
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new HostFailure("cannot write " + file, e);
    }
  }
}
