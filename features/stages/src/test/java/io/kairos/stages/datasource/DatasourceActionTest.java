package io.kairos.stages.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kairos.base.HostFailure;
import io.kairos.config.Findings;
import io.kairos.config.Section;
import io.kairos.formats.yaml.Yaml;
import io.kairos.formats.yaml.YamlMap;
import io.kairos.host.Host;
import io.kairos.host.Output;
import io.kairos.stages.Stages;
import io.kairos.stages.StepContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasourceActionTest {
  private static final String CLOUD_CONFIG = "#cloud-config\nhostname: box\n";
  private static final String IMDS = "169.254.169.254/latest/";

  @TempDir Path root;
  private final FakeMetadata metadata = new FakeMetadata();
  private Map<String, String> media = Map.of();
  private Stages node;

  @BeforeEach
  void aNodeWithAHomeForRoot() {
    node = new Stages(root);
    node.host.withDirectory("/root");
  }

  @AfterEach
  void stop() {
    metadata.close();
  }

  /** Drives whose files are in a map of {@code device:path}. */
  private final class FakeDrives implements Drives {
    @Override
    public List<String> find(Host host, List<String> labels) {
      return media.keySet().stream()
          .map(key -> key.substring(0, key.indexOf(':')))
          .filter(device -> labels.stream().anyMatch(device::endsWith) || device.contains("sr"))
          .distinct()
          .sorted()
          .toList();
    }

    @Override
    public Optional<String> read(Host host, String device, List<String> paths) {
      return paths.stream()
          .map(path -> media.get(device + ":" + path))
          .filter(text -> text != null)
          .findFirst();
    }
  }

  /** A busy machine may need longer than a metadata service may. */
  private void run(String datasource) {
    run(
        datasource,
        () ->
            new MetadataClient(
                metadata::route,
                InetAddress::getAllByName,
                MetadataClient.PATIENCE.multipliedBy(30)));
  }

  private void run(String datasource, Supplier<MetadataClient> clients) {
    var map = (YamlMap) Yaml.parse("datasource: " + datasource + "\n", "test");
    var findings = new Findings();
    var work =
        Section.read(map, "", findings, new DatasourceAction(clients, new FakeDrives())::read);
    assertThat(findings.errors().isEmpty()).isTrue();
    work.orElseThrow()
        .perform(
            new StepContext(
                node.host,
                address -> {
                  throw new HostFailure("no network: " + address);
                },
                (level, line) -> node.log.add(level + " " + line)));
  }

  private FakeMetadata aws() {
    return metadata
        .answering("PUT " + IMDS + "api/token", "session")
        .answering(IMDS + "meta-data/hostname", "ip-10-0-0-1")
        .answering(IMDS + "meta-data/public-ipv4", "1.2.3.4")
        .answering(IMDS + "meta-data/public-keys/0/openssh-key", "ssh-ed25519 AAAA a\n")
        .answering(IMDS + "user-data", CLOUD_CONFIG);
  }

  @Test
  void awsIsAskedWithASession() {
    aws();
    run("{providers: [aws]}");
    assertThat(node.host.read("/run/config/userdata")).isEqualTo(CLOUD_CONFIG);
    assertThat(node.host.read("/run/config/userdata.yaml")).isEqualTo(CLOUD_CONFIG);
    assertThat(node.host.read("/run/config/public_ipv4")).isEqualTo("1.2.3.4");
    assertThat(node.host.read("/etc/hostname")).isEqualTo("ip-10-0-0-1\n");
    assertThat(node.host.read("/root/.ssh/authorized_keys")).isEqualTo("ssh-ed25519 AAAA a\n");
    assertThat(node.host.permissions("/run/config/ssh/authorized_keys")).isEqualTo("rw-------");
    assertThat(metadata.asked.getFirst().headers())
        .containsEntry("X-aws-ec2-metadata-token-ttl-seconds", List.of("300"));
    assertThat(metadata.asked.stream().skip(1))
        .hasSize(10)
        .allSatisfy(
            asked ->
                assertThat(asked.headers())
                    .containsEntry("X-aws-ec2-metadata-token", List.of("session")));
  }

  @Test
  void withoutSessionsTheOlderServiceIsAskedPlainly() {
    metadata
        .answering(IMDS + "meta-data/hostname", "old")
        .answering(IMDS + "user-data", CLOUD_CONFIG);
    run("{providers: [aws]}");
    assertThat(node.host.read("/etc/hostname")).isEqualTo("old\n");
  }

  @Test
  void keysAreAddedAgainWhenTheFolderIsThereAlready() {
    aws();
    run("{providers: [aws]}");
    metadata.answering(IMDS + "meta-data/public-keys/0/openssh-key", "ssh-ed25519 BBBB b\n");
    run("{providers: [aws]}");
    assertThat(node.host.read("/root/.ssh/authorized_keys"))
        .isEqualTo("ssh-ed25519 AAAA a\nssh-ed25519 BBBB b\n");
  }

  @Test
  void theFirmwareDecidesBetweenPlatformsThatShareAnAddress() {
    aws();
    node.file("/sys/class/dmi/id/product_name", "OpenStack Nova\n");
    run("{providers: [aws, openstack]}");
    assertThat(node.log).anyMatch(line -> line.contains("openstack knows this machine"));
    assertThat(metadata.asked).noneMatch(asked -> asked.method().equals("PUT"));
  }

  @Test
  void ofSeveralThatAnswerTheFirstInWritingWins() {
    aws();
    metadata
        .answering("metaldata/get/meta/hostname", "metal")
        .answering("metaldata/get/user", "#cloud-config\nhostname: metal\n");
    for (int i = 0; i < 10; i++) {
      run("{providers: [metaldata, aws]}");
      assertThat(node.host.read("/etc/hostname")).isEqualTo("metal\n");
    }
  }

  @Test
  void aPlatformWithoutUserDataStillNamesTheMachine() {
    metadata
        .answering("169.254.169.254/v1/hostname", "vultr-guest")
        .answering("169.254.169.254/v1/public-keys", "ssh-ed25519 V v\n");
    run("{providers: [vultr]}");
    assertThat(node.host.read("/etc/hostname")).isEqualTo("vultr-guest\n");
    assertThat(node.host.read("/root/.ssh/authorized_keys")).isEqualTo("ssh-ed25519 V v\n");
    assertThat(node.host.exists("/run/config/userdata")).isFalse();
  }

  @Test
  void gcpWantsItsHeaderAndNamesUsersBeforeKeys() {
    String base = "metadata.google.internal/computeMetadata/v1/";
    metadata
        .answering(base + "instance/hostname", "g")
        .answering(base + "project/attributes/ssh-keys", "me:ssh-ed25519 G g\nyou:ssh-rsa H h")
        .answering(base + "instance/attributes/user-data", CLOUD_CONFIG);
    run("{providers: [gcp]}");
    assertThat(node.host.read("/root/.ssh/authorized_keys"))
        .isEqualTo("ssh-ed25519 G g\nssh-rsa H h\n");
    assertThat(metadata.asked)
        .allSatisfy(
            asked ->
                assertThat(asked.headers()).containsEntry("Metadata-flavor", List.of("Google")));
  }

  @Test
  void azureDecodesUserDataAndReportsThatTheMachineIsReady() {
    String query = "?api-version=2021-01-01&format=text";
    String base = "169.254.169.254/metadata/instance/compute/";
    String encoded =
        Base64.getEncoder().encodeToString(CLOUD_CONFIG.getBytes(StandardCharsets.UTF_8));
    metadata
        .answering(base + "vmId" + query, "id-1")
        .answering(base + "name" + query, "azure-box")
        .answering(base + "userData" + query, encoded)
        .answering(
            "168.63.129.16/machine?comp=goalstate",
            "<G><ContainerId>c-1</ContainerId><InstanceId>i-1</InstanceId></G>");
    run("{providers: [azure]}");
    assertThat(node.host.read("/run/config/userdata.yaml")).isEqualTo(CLOUD_CONFIG);
    assertThat(node.host.read("/run/config/compute_vmId")).isEqualTo("id-1");
    assertThat(metadata.asked)
        .filteredOn(asked -> asked.method().equals("POST"))
        .singleElement()
        .satisfies(
            report -> {
              assertThat(report.body())
                  .contains("<ContainerId>c-1</ContainerId>", "<InstanceId>i-1</InstanceId>")
                  .contains("<State>Ready</State>");
              assertThat(report.headers())
                  .containsEntry("X-ms-agent-name", List.of("WALinuxAgent"));
            });
  }

  @Test
  void digitalOceanIsAskedAtItsOwnRoutes() {
    String base = "169.254.169.254/metadata/v1/";
    metadata
        .answering(base, "id\nhostname")
        .answering(base + "hostname", "ocean")
        .answering(base + "region", "fra1")
        .answering(base + "user-data", CLOUD_CONFIG);
    run("{providers: [digitalocean]}");
    assertThat(node.host.read("/run/config/region")).isEqualTo("fra1");
    assertThat(node.host.read("/etc/hostname")).isEqualTo("ocean\n");
  }

  @Test
  void hetznerTellsAllInOneDocument() {
    metadata
        .answering(
            "169.254.169.254/hetzner/v1/metadata",
            "hostname: hz\ninstance-id: 42\npublic-ipv4: 9.9.9.9\npublic-keys: [ssh-ed25519 Z z]\n")
        .answering("169.254.169.254/hetzner/v1/userdata", CLOUD_CONFIG);
    run("{providers: [hetzner]}");
    assertThat(node.host.read("/run/config/instance_id")).isEqualTo("42");
    assertThat(node.host.read("/root/.ssh/authorized_keys")).isEqualTo("ssh-ed25519 Z z\n");
    assertThat(node.host.read("/run/config/userdata.yaml")).isEqualTo(CLOUD_CONFIG);
  }

  @Test
  void packetAnswersInJsonAndItsIpxeScriptIsNoUserData() {
    metadata
        .answering(
            "metadata.platformequinix.com/metadata",
            "{\"hostname\": \"pk\", \"ssh_keys\": [\"ssh-ed25519 P p\"]}")
        .answering("metadata.platformequinix.com/userdata", "#!ipxe\nchain x\n");
    run("{providers: [packet]}");
    assertThat(node.host.read("/etc/hostname")).isEqualTo("pk\n");
    assertThat(node.host.exists("/run/config/userdata")).isFalse();
  }

  @Test
  void scalewayIsAskedForUserDataFromAPrivilegedPort() throws IOException {
    assumeTrue(mayUsePrivilegedPorts(), "needs root for a port below 1024");
    metadata
        .answering(
            "169.254.42.42/conf",
            """
            HOSTNAME=scw
            ID=abc
            LOCATION_ZONE_ID=par1
            SSH_PUBLIC_KEYS=1
            SSH_PUBLIC_KEYS_0_KEY='ssh-ed25519 S s'
            """)
        .answering("169.254.42.42/user_data/cloud-init", CLOUD_CONFIG);
    run("{providers: [scaleway]}");
    assertThat(node.host.read("/run/config/userdata")).isEqualTo(CLOUD_CONFIG);
    assertThat(node.host.read("/run/config/instance_id")).isEqualTo("abc");
    assertThat(node.host.read("/root/.ssh/authorized_keys")).isEqualTo("ssh-ed25519 S s\n");
    assertThat(metadata.asked.getLast().port()).isLessThan(1024);
  }

  private static boolean mayUsePrivilegedPorts() {
    try (var _ = new ServerSocket(1021)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void maasIsSignedForWithWhatItsDocumentSays() {
    node.file("/proc/cmdline", "root=x cloud-config-url=http://maas/preseed console=ttyS0\n");
    metadata
        .answering(
            "maas/preseed",
            """
            #cloud-config
            datasource:
              MAAS: {metadata_url: http://maas/MAAS/metadata/, consumer_key: ck, token_key: tk, token_secret: "t&s"}
            """)
        .answering("maas/MAAS/metadata/2012-03-01/meta-data/local-hostname", "rack1")
        .answering("maas/MAAS/metadata/2012-03-01/meta-data/public-keys", "ssh-rsa M m\n")
        .answering("maas/MAAS/metadata/2012-03-01/user-data", CLOUD_CONFIG);
    run("{providers: [maas]}");
    assertThat(node.host.read("/etc/hostname")).isEqualTo("rack1\n");
    assertThat(node.host.read("/run/config/userdata.yaml")).isEqualTo(CLOUD_CONFIG);
    assertThat(metadata.asked.getLast().headers().get("Authorization").getFirst())
        .startsWith("OAuth oauth_consumer_key=\"ck\", oauth_token=\"tk\"")
        .contains("oauth_signature=\"%26t%26s\"", "oauth_signature_method=\"PLAINTEXT\"");
    assertThat(node.log).noneMatch(line -> line.contains("t&s"));
  }

  @Test
  void vmwareIsAskedWithTheToolsOfTheGuest() {
    String encoded =
        Base64.getEncoder().encodeToString(CLOUD_CONFIG.getBytes(StandardCharsets.UTF_8));
    var guest =
        Map.of(
            "info-get guestinfo.userdata", encoded,
            "info-get guestinfo.userdata.encoding", "base64",
            "info-get guestinfo.metadata", "---");
    node.host.answering(
        "vmware-rpctool",
        command ->
            guest.containsKey(command.argv().get(1))
                ? new Output(0, guest.get(command.argv().get(1)) + "\n", "")
                : new Output(1, "", "No value found\n"));
    run("{providers: [vmware]}");
    assertThat(node.host.read("/run/config/userdata.yaml")).isEqualTo(CLOUD_CONFIG);
  }

  @Test
  void multipartUserDataIsReducedToItsCloudConfig() {
    String multipart =
        "Content-Type: multipart/mixed; boundary=\"MIMEBOUNDARY\"\nMIME-Version: 1.0\n\n"
            + "--MIMEBOUNDARY\nContent-Type: text/x-shellscript\n\n#!/bin/sh\n"
            + "--MIMEBOUNDARY\nContent-Type: text/cloud-config; charset=\"us-ascii\"\n\n"
            + CLOUD_CONFIG
            + "--MIMEBOUNDARY--\n";
    assertThat(MultipartUserData.unwrapped(multipart)).isEqualTo(CLOUD_CONFIG);
    assertThat(MultipartUserData.unwrapped(multipart.replace("MIMEBOUNDARY", "==b==")))
        .isEqualTo(CLOUD_CONFIG);
    assertThat(MultipartUserData.unwrapped(multipart.substring(multipart.indexOf("--MIME"))))
        .isEqualTo(CLOUD_CONFIG);
    assertThat(MultipartUserData.unwrapped(CLOUD_CONFIG)).isEqualTo(CLOUD_CONFIG);
    assertThat(MultipartUserData.unwrapped("--MIMEBOUNDARY\n\n\n")).startsWith("--MIMEBOUNDARY");
  }

  @Test
  void drivesComeFirstInTheOrderInWhichTheyAreWritten() {
    aws();
    media =
        Map.of(
            "/dev/cidata:user-data",
            CLOUD_CONFIG,
            "/dev/config-2:openstack/latest/user_data",
            "#cloud-config\nhostname: drive\n");
    run("{providers: [aws, config-drive, cdrom]}");
    assertThat(node.host.read("/run/config/userdata")).contains("hostname: drive");
    run("{providers: [cdrom, config-drive]}");
    assertThat(node.host.read("/run/config/userdata")).isEqualTo(CLOUD_CONFIG);
    media = Map.of("/dev/sr0:config", "#cloud-config\nhostname: cd\n");
    run("{providers: [cdrom]}");
    assertThat(node.host.read("/run/config/userdata")).contains("hostname: cd");
    assertThat(metadata.asked).isEmpty();
  }

  @Test
  void aDriveWithoutMediumIsAnErrorButTheFolderExists() {
    assertThatThrownBy(() -> run("{providers: [cdrom]}"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("no metadata/userdata found");
    assertThat(node.host.permissions("/run/config")).isEqualTo("rwxr-xr-x");
  }

  @Test
  void findingNothingIsNoErrorForWhoeverSaysSo() {
    run("{providers: [cdrom], optional: true}");
    assertThat(node.log).anyMatch(line -> line.contains("no metadata/userdata found"));
  }

  @Test
  void withoutANetworkNobodyIsAskedOverIt() {
    aws();
    node.host
        .with("/proc/net/route", "Iface\tDestination\n")
        .with("/proc/net/if_inet6", "0001 01 80 10 80 lo\n");
    assertThatThrownBy(() -> run("{providers: [aws]}"))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("no metadata/userdata found");
    assertThat(node.log).anyMatch(line -> line.contains("no network yet"));

    node.host.with("/proc/net/route", "Iface\tDestination\neth0\t00000000\n");
    run("{providers: [aws]}");
    assertThat(node.host.read("/run/config/userdata.yaml")).isEqualTo(CLOUD_CONFIG);
  }

  @Test
  void aDriveIsMountedReadOnlyAndGivenBack() {
    node.host.with("/dev/disk/by-label/cidata", "").with("/dev/sr0", "").with("/dev/srx", "");
    var drives = new MountedDrives();
    assertThat(drives.find(node.host, List.of("cidata", "CIDATA")))
        .containsExactly("/dev/disk/by-label/cidata", "/dev/sr0");
    node.host.with("/run/kairos/datasource/user-data", CLOUD_CONFIG);
    assertThat(drives.read(node.host, "/dev/sr0", List.of("user-data"))).contains(CLOUD_CONFIG);
    assertThat(node.host.kernel().mounts()).isEmpty();
    assertThat(node.host.kernel().calls()).hasSize(2);
  }

  @Test
  void theFileProviderStoresAFileUnderTheNameThatIsWanted() {
    node.file("/cloud.cfg", CLOUD_CONFIG);
    run("{providers: [file], path: /cloud.cfg}");
    assertThat(node.host.read("/run/config/userdata.yaml")).isEqualTo(CLOUD_CONFIG);
    run("{providers: [file, aws], path: /cloud.cfg, userdata_name: 90_user.yaml}");
    assertThat(node.host.read("/run/config/90_user.yaml")).isEqualTo(CLOUD_CONFIG);
  }

  @Test
  void anyOtherProviderStoresInTheFolderThatIsWanted() {
    aws();
    run("{providers: [aws], path: /oem/, userdata_name: 95_user.yaml}");
    assertThat(node.host.read("/oem/95_user.yaml")).isEqualTo(CLOUD_CONFIG);
    assertThat(node.host.read("/oem/userdata")).isEqualTo(CLOUD_CONFIG);
  }

  @Test
  void aScriptIsExecutedAndItsFailureIsAnError() {
    node.file("/s", "#!/bin/sh\necho hi\n");
    node.host.answering("/bin/sh", command -> new Output(0, "hi\n", ""));
    run("{providers: [file], path: /s}");
    assertThat(node.host.commands("/bin/sh"))
        .singleElement()
        .asString()
        .contains("/run/config/userdata");
    assertThat(node.host.permissions("/run/config/userdata")).isEqualTo("rwxr--r--");
    assertThat(node.host.exists("/run/config/userdata.yaml")).isFalse();
    node.host.answering("/bin/sh", command -> new Output(3, "", "broken\n"));
    assertThatThrownBy(() -> run("{providers: [file], path: /s}"))
        .hasMessageContaining("exit status 3: broken");
  }

  @Test
  void whatIsNeitherConfigNorScriptIsKeptAndSaid() {
    node.file("/s", "just words");
    run("{providers: [file], path: /s}");
    assertThat(node.host.read("/run/config/userdata")).isEqualTo("just words");
    assertThat(node.host.exists("/run/config/userdata.yaml")).isFalse();
    assertThat(node.log).anyMatch(line -> line.contains("neither a cloud-config nor a script"));
  }

  @Test
  void aProviderIsAskedOnceHoweverOftenItIsWrittenAndAnUnknownOneIsSaid() {
    aws();
    run("{providers: [" + "aws, ".repeat(100) + "awz]}");
    assertThat(metadata.asked).filteredOn(asked -> asked.method().equals("PUT")).hasSize(1);
    assertThat(node.log)
        .anyMatch(
            line -> line.contains("no provider 'awz'") && line.contains("did you mean 'aws'?"));
  }

  /** A socket that accepts and never answers: only the patience of the client ends that. */
  @Test
  void silentServicesAreAllGivenUp() throws IOException {
    try (var silent = new ServerSocket(0)) {
      URI there = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");
      assertThatThrownBy(
              () ->
                  run(
                      "{providers: [aws, azure, gcp, hetzner, openstack, packet, scaleway, vultr,"
                          + " digitalocean, metaldata, vmware, maas]}",
                      () -> new MetadataClient(address -> there)))
          .hasMessageContaining("no metadata/userdata found");
    }
  }

  @Test
  void everyPlatformOfTheDataCanBeBuilt() {
    Platform.all().values().stream()
        .filter(Platform::isPlain)
        .forEach(
            platform -> {
              assertThat(platform.data().keys())
                  .isSubsetOf(
                      "dmi",
                      "base",
                      "headers",
                      "token",
                      "probe",
                      "hostname",
                      "keys",
                      "keys-are",
                      "userdata",
                      "userdata-is",
                      "files");
              assertThat(new PlainPlatform(platform, new MetadataClient(x -> x)).name())
                  .isEqualTo(platform.name());
            });
    assertThat(Platform.all()).hasSize(10);
  }
}
