package io.kairos.immucore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.ForwardingHost;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.host.linux.LinuxHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A kept folder over several images of its node, with the real rsync. */
class KeptFolderTest {
  private static final LinuxHost MACHINE = LinuxHost.here();

  @TempDir Path scratch;
  private Path kept;
  private String path = "/etc/demo";
  private final List<String> log = new ArrayList<>();

  @BeforeEach
  void nothingIsKeptYet() {
    assumeTrue(MACHINE.hasProgram("rsync"), "seeding needs rsync");
    kept = scratch.resolve("etc-demo.bind");
  }

  /** An image of that version with these files; a content with an arrow is a link. */
  private Path image(String version, Map<String, String> files) throws IOException {
    Path tree = Files.createDirectories(scratch.resolve(version));
    for (Map.Entry<String, String> file : files.entrySet()) {
      put(tree.resolve(file.getKey()), file.getValue());
    }
    return tree;
  }

  private static void put(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    if (content.startsWith("-> ")) {
      Files.createSymbolicLink(file, Path.of(content.substring(3)));
    } else {
      Files.writeString(file, content);
    }
  }

  private void boot(String version) throws IOException {
    boot(version, MACHINE);
  }

  private void boot(String version, Host host) throws IOException {
    boolean isNew = !Files.exists(kept);
    Files.createDirectories(kept);
    new KeptFolder(host, path, scratch.resolve(version), kept, log::add)
        .follow(Optional.of(version), isNew);
  }

  private Optional<String> read(String file) throws IOException {
    Path at = kept.resolve(file);
    return Files.exists(at, LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(
            Files.isSymbolicLink(at)
                ? "-> " + Files.readSymbolicLink(at)
                : Files.isDirectory(at) ? "folder" : Files.readString(at))
        : Optional.empty();
  }

  @Test
  void whatNobodyTouchedFollowsTheImage() throws IOException {
    image("v1", Map.of("same", "1", "changed", "1", "gone", "1", "folder/gone", "1"));
    image("v2", Map.of("same", "1", "changed", "2", "new/file", "2"));

    boot("v1");
    assertThat(read("gone")).contains("1");
    boot("v2");

    assertThat(read("same")).contains("1");
    assertThat(read("changed")).contains("2");
    assertThat(read("new/file")).contains("2");
    assertThat(read("gone")).isEmpty();
    assertThat(read("folder")).isEmpty();
  }

  @Test
  void whatTheUserChangedOrMadeStays() throws IOException {
    image("v1", Map.of("mine", "1", "dropped", "1", "folder/a", "1"));
    image("v2", Map.of("mine", "2", "theirs", "2"));
    boot("v1");
    Files.writeString(kept.resolve("mine"), "user");
    Files.writeString(kept.resolve("dropped"), "user");
    Files.writeString(kept.resolve("theirs"), "user");
    Files.writeString(kept.resolve("folder/b"), "user");

    boot("v2");

    for (String file : List.of("mine", "dropped", "theirs", "folder/b")) {
      assertThat(read(file)).as(file).contains("user");
    }
    assertThat(read("folder/a")).isEmpty();
  }

  /** An editor that keeps times, or one that changes nothing, does not deceive it. */
  @Test
  void contentsCountAndTimesDoNot() throws IOException {
    image("v1", Map.of("a", "one", "b", "one", "c", "one"));
    image("v2", Map.of("a", "two", "b", "two", "c", "two"));
    boot("v1");
    FileTime before = Files.getLastModifiedTime(kept.resolve("a"));
    Files.writeString(kept.resolve("a"), "123");
    Files.setLastModifiedTime(kept.resolve("a"), before);
    Files.setLastModifiedTime(kept.resolve("b"), FileTime.fromMillis(0));
    Files.setPosixFilePermissions(kept.resolve("c"), PosixFilePermissions.fromString("rw-------"));

    boot("v2");

    assertThat(read("a")).contains("123");
    assertThat(read("b")).contains("two");
    assertThat(read("c")).contains("one");
  }

  @Test
  void whatTheUserDeletedStaysDeletedAlsoAfterAFallback() throws IOException {
    image("v1", Map.of("always", "1"));
    image("v2", Map.of("always", "2", "new", "2", "folder/a", "2"));
    image("v3", Map.of("always", "3", "new", "3", "folder/a", "3", "folder/b", "3"));
    boot("v2");
    Files.delete(kept.resolve("new"));
    Files.delete(kept.resolve("always"));
    Files.delete(kept.resolve("folder/a"));
    Files.delete(kept.resolve("folder"));

    for (String version : List.of("v1", "v2", "v3", "v1", "v3")) {
      boot(version);
      assertThat(read("new")).as(version).isEmpty();
      assertThat(read("always")).as(version).isEmpty();
      assertThat(read("folder")).as(version).isEmpty();
    }
  }

  @Test
  void aFallbackBringsTheOldFilesBackAndTheNewImageItsOwnAgain() throws IOException {
    image("v1", Map.of("a", "1", "old", "1"));
    image("v2", Map.of("a", "2", "new", "2"));
    boot("v1");
    boot("v2");
    boot("v1");
    assertThat(read("a")).contains("1");
    assertThat(read("old")).contains("1");
    assertThat(read("new")).isEmpty();
    boot("v2");
    assertThat(read("a")).contains("2");
    assertThat(read("new")).contains("2");
  }

  /** Assertion 125: an upgraded node keeps its host keys, whatever an image brings. */
  @Test
  void theIdentityOfTheNodeNeverChanges() throws IOException {
    path = "/etc/ssh";
    image("v1", Map.of("ssh_host_rsa_key", "of the first image", "sshd_config", "1"));
    image("v2", Map.of("ssh_host_rsa_key", "of the second image", "sshd_config", "2"));
    image("v3", Map.of("sshd_config", "3"));
    boot("v1");
    Files.writeString(kept.resolve("ssh_host_ed25519_key"), "of the node");

    boot("v2");
    boot("v3");

    assertThat(read("sshd_config")).contains("3");
    assertThat(read("ssh_host_rsa_key")).contains("of the first image");
    assertThat(read("ssh_host_ed25519_key")).contains("of the node");
  }

  /** rsync (upstream's way) cannot do either (RsyncProject/rsync#827). */
  @Test
  void aFolderMayBecomeALinkAndAFileAFolder() throws IOException {
    image("v1", Map.of("certs/a.pem", "1", "conf", "1", "other/a", "1"));
    image("v2", Map.of("certs", "-> /usr/share/certs", "conf/a", "2", "other", "-> /x"));
    boot("v1");
    Files.writeString(kept.resolve("other/mine"), "user");

    boot("v2");

    assertThat(read("certs")).contains("-> /usr/share/certs");
    assertThat(read("conf/a")).contains("2");
    assertThat(read("other/mine")).contains("user");
    assertThat(read("other/a")).isEmpty();
  }

  @Test
  void aLinkOfTheUserInThePlaceOfAFolderLeadsNobodyAstray() throws IOException {
    Path elsewhere = Files.createDirectories(scratch.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("a"), "1");
    image("v1", Map.of("folder/a", "1", "folder/b", "1"));
    image("v2", Map.of("folder/a", "2", "folder/c", "2"));
    boot("v1");
    Files.delete(kept.resolve("folder/a"));
    Files.delete(kept.resolve("folder/b"));
    Files.delete(kept.resolve("folder"));
    Files.createSymbolicLink(kept.resolve("folder"), elsewhere);

    boot("v2");
    boot("v1");

    assertThat(read("folder")).contains("-> " + elsewhere);
    assertThat(elsewhere.toFile().list()).containsExactly("a");
    assertThat(elsewhere.resolve("a")).hasContent("1");
  }

  @Test
  void theSameImageIsNotLookedAtAgain() throws IOException {
    image("v1", Map.of("a", "1"));
    boot("v1");
    log.clear();
    Files.delete(scratch.resolve("v1/a"));
    Files.delete(scratch.resolve("v1"));

    boot("v1");

    assertThat(log).isEmpty();
    assertThat(read("a")).contains("1");
  }

  @Test
  void whatIsKeptWithoutAManifestTakesOnlyWhatIsNewer() throws IOException {
    Files.createDirectories(kept);
    put(kept.resolve("older"), "node");
    Files.setLastModifiedTime(kept.resolve("older"), FileTime.fromMillis(1_000_000));
    put(kept.resolve("newer"), "node");
    image("v1", Map.of("older", "image", "newer", "image", "missing", "image"));
    Files.setLastModifiedTime(scratch.resolve("v1/newer"), FileTime.fromMillis(1_000_000));

    boot("v1");

    assertThat(read("older")).contains("image");
    assertThat(read("newer")).contains("node");
    assertThat(read("missing")).contains("image");
  }

  /** They would hide the units of the image for ever. */
  @Test
  void unitsThatAnImageOfUpstreamWroteGoWithIt() throws IOException {
    path = "/etc/systemd";
    put(kept.resolve("system/cos-setup-boot.service"), "of upstream");
    put(
        kept.resolve("system/multi-user.target.wants/cos-setup-boot.service"),
        "-> /etc/systemd/system/cos-setup-boot.service");
    put(kept.resolve("system/mine.service"), "of the user");
    image("v1", Map.of("system.conf", "1"));

    boot("v1");

    assertThat(read("system/cos-setup-boot.service")).isEmpty();
    assertThat(read("system/multi-user.target.wants/cos-setup-boot.service")).isEmpty();
    assertThat(read("system/mine.service")).contains("of the user");
    put(kept.resolve("system/cos-setup-boot.service"), "of the user, later");
    image("v2", Map.of("system.conf", "2"));
    boot("v2");
    assertThat(read("system/cos-setup-boot.service")).contains("of the user, later");
  }

  @Test
  void aManifestThatIsDamagedCostsTheNodeNothing() throws IOException {
    image("v1", Map.of("a", "1"));
    image("v2", Map.of("a", "2"));
    boot("v1");
    Files.writeString(kept.resolve("a"), "user");
    Files.writeString(scratch.resolve("etc-demo.bind.seed.json"), "{ no manifest");
    Files.setLastModifiedTime(kept.resolve("a"), FileTime.fromMillis(Long.MAX_VALUE / 2_000_000));

    boot("v2");

    assertThat(log).anyMatch(line -> line.contains("etc-demo.bind.seed.json"));
    assertThat(read("a")).contains("user");
  }

  /** The power goes after the removals and before the copies, and the next boot is of either. */
  @Test
  void aMergeThatWasCutIsEndedByTheNextBoot() throws IOException {
    image("v1", Map.of("a", "1", "gone", "1"));
    image("v2", Map.of("a", "2"));
    image("v3", Map.of("a", "3", "gone", "3"));
    for (String next : List.of("v1", "v2", "v3")) {
      kept = scratch.resolve("etc-" + next + ".bind");
      boot("v1");
      var cut =
          new ForwardingHost(MACHINE) {
            @Override
            public Output run(Command command) {
              throw new HostFailure("the power is gone");
            }
          };
      assertThatThrownBy(() -> boot("v2", cut)).hasMessageContaining("the power is gone");
      assertThat(read("gone")).isEmpty();

      boot(next);
      assertThat(read("a")).as(next).contains(next.substring(1));
      boot("v3");
      assertThat(read("gone")).as("after " + next).contains("3");
    }
  }
}
