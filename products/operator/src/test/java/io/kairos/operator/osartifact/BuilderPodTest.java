package io.kairos.operator.osartifact;

import static io.kairos.operator.osartifact.Artifacts.command;
import static io.kairos.operator.osartifact.Artifacts.pod;
import static io.kairos.operator.osartifact.Artifacts.step;
import static io.kairos.operator.osartifact.Artifacts.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.kairos.base.InvalidConfig;
import io.kairos.testkit.Golden;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstream's assertions 118 to 135, 140 and 141 (reference/kubernetes-apis.md, 6). */
class BuilderPodTest {
  private static final String OPTIONS = "buildOptions: {version: v1, baseImage: u}";
  private static final String BUILT = "{image: {" + OPTIONS + "}}";

  private static String built(String more) {
    return "{image: {" + OPTIONS + ", " + more + "}}";
  }

  private static String buildah(String spec) {
    return command(pod(spec), BuilderPod.BUILDAH);
  }

  private static List<String> names(Pod pod) {
    return steps(pod).map(Container::getName).toList();
  }

  private static List<String> mounts(Container step) {
    return step.getVolumeMounts().stream()
        .map(
            each ->
                each.getName()
                    + ":"
                    + each.getMountPath()
                    + (Boolean.TRUE.equals(each.getReadOnly()) ? ":ro" : ""))
        .toList();
  }

  private static List<String> variables(Container step) {
    return step.getEnv().stream().map(each -> each.getName() + "=" + each.getValue()).toList();
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prebuilt-iso | {image: {ref: 'reg/x:1'}, artifacts: {arch: arm64, iso: true}}",
        "image-only | {image: {buildOptions: {version: v1, baseImage: u}}}",
        "everything | {image: {ociSpec: {ref: {name: d}}}, artifacts: {iso: true, netboot: true, netbootURL: 'http://b', cloudImage: true, azureImage: true, gceImage: true, diskSize: '100', cloudConfigRef: {name: c, key: k}, grubConfig: m, bundles: [b1], osRelease: o, kairosRelease: r, overlayISOVolume: v, overlayRootfsVolume: v, uki: {iso: true, container: true, efi: true, keysVolume: v}}, volumes: [{name: v, emptyDir: {}}], importers: [{name: fill, image: i}]}"
      })
  void podsAreAsReviewed(String name, String spec) {
    Golden.assertMatches(
        Path.of("src/test/resources/io/kairos/operator/osartifact/" + name + ".yaml"),
        Artifacts.yaml(pod(spec)));
  }

  @Test
  void buildahHasNoPrivilegesButChangesUsers() {
    Container step = step(pod(BUILT), BuilderPod.BUILDAH);
    assertThat(step.getName()).isEqualTo("buildah-build");
    assertThat(step.getImage()).isEqualTo("buildah:1");
    assertThat(variables(step)).containsExactly("BUILDAH_ISOLATION=chroot", "STORAGE_DRIVER=vfs");
    assertThat(step.getSecurityContext().getCapabilities().getAdd())
        .containsExactly("SETUID", "SETGID");
    assertThat(step.getSecurityContext().getAllowPrivilegeEscalation()).isTrue();
    assertThat(step.getSecurityContext().getPrivileged()).isNull();
  }

  @Test
  void buildahBuildsTheDefinitionAndSavesAnArchive() {
    assertThat(buildah(BUILT))
        .startsWith("mkdir -p /workspace && buildah bud --layers=false -f /ocispec/ociSpec")
        .contains("-t localhost/demo:latest /workspace")
        .endsWith("buildah push localhost/demo:latest docker-archive:/artifacts/demo.tar")
        .doesNotContain("docker://");
  }

  @Test
  void theArchitectureIsNamedOnlyWhenItIsSet() {
    assertThat(buildah("{image: {" + OPTIONS + "}, artifacts: {iso: true, arch: arm64}}"))
        .contains("--arch arm64");
    assertThat(buildah(BUILT)).doesNotContain("--arch");
  }

  @Test
  void buildArgumentsAreThoseThatHaveAValue() {
    assertThat(buildah(BUILT))
        .contains("--build-arg VERSION=v1 --build-arg BASE_IMAGE=u -t")
        .doesNotContain("MODEL", "KUBERNETES", "KAIROS_INIT_IMAGE", "TRUSTED_BOOT", "FIPS");
    assertThat(
            buildah(
                "{image: {buildOptions: {version: v1, baseImage: u, model: 'rpi 4', trustedBoot: true,"
                    + " kubernetesDistro: k3s, kubernetesVersion: v1.30, fips: true, kairosInitImage: i}}}"))
        .contains(
            "--build-arg VERSION=v1 --build-arg BASE_IMAGE=u --build-arg 'MODEL=rpi 4' --build-arg"
                + " KUBERNETES_DISTRO=k3s --build-arg KUBERNETES_VERSION=v1.30 --build-arg"
                + " KAIROS_INIT_IMAGE=i --build-arg TRUSTED_BOOT=true --build-arg FIPS=fips");
  }

  @Test
  void theContextIsMountedOnlyWhenItIsAskedFor() {
    String context =
        "{image: {ociSpec: {ref: {name: d}, buildContextVolume: ctx}}, volumes: [{name: ctx, emptyDir: {}}]}";
    assertThat(mounts(step(pod(context), BuilderPod.BUILDAH))).contains("ctx:/workspace:ro");
    assertThat(mounts(step(pod(BUILT), BuilderPod.BUILDAH)))
        .noneMatch(each -> each.contains("/workspace"));
  }

  @Test
  void credentialsAreUsedToBuildAndToSave() {
    Pod pod = pod(built("imageCredentialsSecretRef: {name: login}"));
    Container step = step(pod, BuilderPod.BUILDAH);
    assertThat(mounts(step)).contains("image-credentials:/root/.docker:ro");
    assertThat(variables(step)).contains("DOCKER_CONFIG=/root/.docker");
    assertThat(count(step.getArgs().getFirst(), "--authfile /root/.docker/config.json"))
        .isEqualTo(2);
    assertThat(pod.getSpec().getImagePullSecrets())
        .singleElement()
        .extracting("name")
        .isEqualTo("login");
    Volume volume = volume(pod, "image-credentials");
    assertThat(volume.getSecret().getItems().getFirst().getKey()).isEqualTo(".dockerconfigjson");
    assertThat(volume.getSecret().getItems().getFirst().getPath()).isEqualTo("config.json");
  }

  private static Volume volume(Pod pod, String name) {
    return pod.getSpec().getVolumes().stream()
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void certificatesAreUsedToBuildAndToSave() {
    Container step =
        step(
            pod(
                "{image: {"
                    + OPTIONS
                    + ", caCertificatesVolume: ca}, volumes: [{name: ca, emptyDir: {}}]}"),
            BuilderPod.BUILDAH);
    assertThat(mounts(step)).contains("ca:/etc/ssl/buildah/certs:ro");
    assertThat(count(step.getArgs().getFirst(), "--cert-dir /etc/ssl/buildah/certs")).isEqualTo(2);
  }

  @Test
  void theConversionSeesTheHostNameOfTheBaseImage() {
    assertThat(buildah("{image: {" + OPTIONS + "}}")).contains(" --no-hostname ");
    assertThat(buildah("{image: {ociSpec: {ref: {name: d}}}}")).doesNotContain("--no-hostname");
  }

  @Test
  void certificatesAreTrustedByAllThatPull() {
    String rest = "volumes: [{name: ca, emptyDir: {}}]}";
    Pod pod =
        pod(
            "{image: {ref: r/i:1, caCertificatesVolume: ca}, artifacts: {iso: true, bundles: [r/b:1]}, "
                + rest);
    for (String step : List.of(BuilderPod.PULL_IMAGE, "pull-image-0")) {
      assertThat(mounts(step(pod, step))).contains("ca:/etc/ssl/buildah/certs:ro");
      assertThat(step(pod, step).getEnv())
          .contains(new EnvVar("SSL_CERT_DIR", "/etc/ssl/buildah/certs", null));
    }
    assertThat(mounts(step(pod, "build-iso"))).noneMatch(each -> each.startsWith("ca:"));
  }

  @Test
  void pushingIsASecondPush() {
    String command = buildah(built("push: true, buildImage: {registry: r, repository: p, tag: t}"));
    assertThat(count(command, "buildah push")).isEqualTo(2);
    assertThat(command).endsWith("localhost/demo:latest docker://r/p:t");
  }

  @Test
  void insecureRegistriesCountForThatOneTransfer() {
    String name = "push: true, buildImage: {registry: r, repository: p, tag: t}";
    List<String> pull =
        List.of(buildah(built(name + ", pullInsecureRegistry: true")).split(" && "));
    List<String> push =
        List.of(buildah(built(name + ", pushInsecureRegistry: true")).split(" && "));
    assertThat(pull.stream().filter(each -> each.contains("--tls-verify=false")))
        .singleElement()
        .asString()
        .startsWith("buildah bud");
    assertThat(push.stream().filter(each -> each.contains("--tls-verify=false")))
        .singleElement()
        .asString()
        .contains("docker://");
  }

  @Test
  void theUsersEnvironmentComesLast() {
    assertThat(
            variables(
                step(pod(built("buildEnv: [{name: HTTP_PROXY, value: p}]")), BuilderPod.BUILDAH)))
        .endsWith("HTTP_PROXY=p")
        .startsWith("BUILDAH_ISOLATION=chroot");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "build-iso | iso: true, cloudConfigRef: {name: c, key: k}",
        "build-iso | iso: true, grubConfig: m",
        "build-uki-iso | uki: {iso: true, keysVolume: v}, cloudConfigRef: {name: c, key: k}",
        "build-uki-iso | uki: {iso: true, keysVolume: v}, grubConfig: m",
        "build-cloud-image | cloudImage: true, cloudConfigRef: {name: c, key: k}",
        "build-azure-cloud-image | azureImage: true, cloudConfigRef: {name: c, key: k}",
        "build-gce-cloud-image | gceImage: true, cloudConfigRef: {name: c, key: k}"
      })
  void theCloudConfigIsNamedAndMounted(String name, String artifacts) {
    Pod pod =
        pod(
            "{image: {ref: a}, volumes: [{name: v, emptyDir: {}}], artifacts: {"
                + artifacts
                + "}}");
    assertThat(command(pod, name)).contains(" --cloud-config /cloud-config.yaml");
    assertThat(step(pod, name).getVolumeMounts())
        .anySatisfy(
            each -> {
              assertThat(each.getMountPath()).isEqualTo("/cloud-config.yaml");
              assertThat(each.getSubPath()).isNotEmpty();
            });
    if (!name.endsWith("cloud-image")) {
      assertThat(command(pod, name)).endsWith("--cloud-config /cloud-config.yaml dir:/rootfs");
    }
  }

  @Test
  void withoutACloudConfigNoneIsNamed() {
    Pod pod = pod("{image: {ref: a}, artifacts: {iso: true}}");
    assertThat(command(pod, "build-iso"))
        .isEqualTo(
            "auroraboot --debug build-iso --override-name demo --date=false --output /artifacts"
                + " dir:/rootfs");
  }

  @Test
  void whereItRunsAndWhatItIsCalledIsTheUsers() {
    Pod pod =
        pod(
            """
            image: {ref: a}
            artifacts: {iso: true}
            nodeSelector: {disk: fast}
            tolerations: [{key: build, operator: Exists}]
            affinity: {nodeAffinity: {}}
            podLabels: {team: os, build.kairos.io/artifact: other}
            podAnnotations: {note: text}
            """);
    assertThat(pod.getSpec().getNodeSelector()).containsEntry("disk", "fast");
    assertThat(pod.getSpec().getTolerations()).hasSize(1);
    assertThat(pod.getSpec().getAffinity().getNodeAffinity()).isNotNull();
    assertThat(pod.getMetadata().getLabels())
        .containsEntry("team", "os")
        .containsEntry("build.kairos.io/artifact", "demo");
    assertThat(pod.getMetadata().getAnnotations()).containsEntry("note", "text");

    Pod plain = pod("{image: {ref: a}, artifacts: {iso: true}}");
    assertThat(plain.getSpec().getNodeSelector()).isNullOrEmpty();
    assertThat(plain.getSpec().getTolerations()).isEmpty();
    assertThat(plain.getSpec().getAffinity()).isNull();
    assertThat(plain.getMetadata().getAnnotations()).isNullOrEmpty();
  }

  @Test
  void insecureRegistriesAreAllowedForImageAndBundlesOnRequest() {
    String artifacts = ", artifacts: {iso: true, bundles: [b]}}";
    Pod insecure = pod("{image: {ref: a, pullInsecureRegistry: true}" + artifacts);
    Pod plain = pod("{image: {ref: a}" + artifacts);
    for (String step : List.of(BuilderPod.PULL_IMAGE, "pull-image-0")) {
      assertThat(command(insecure, step)).contains("--allow-insecure-registries");
      assertThat(command(plain, step)).doesNotContain("--allow-insecure-registries");
    }
  }

  @Test
  void bundlesCanUseTheCredentials() {
    Pod pod =
        pod(
            "{image: {ref: a, imageCredentialsSecretRef: {name: login}}, artifacts: {iso: true, bundles: [b]}}");
    assertThat(mounts(step(pod, "pull-image-0"))).contains("image-credentials:/root/.docker:ro");
  }

  @Test
  void importersComeFirst() {
    Pod pod =
        pod(
            "{image: {ref: a}, artifacts: {iso: true}, volumes: [{name: data, emptyDir: {}}],"
                + " importers: [{name: one, image: i}, {name: two, image: i}]}");
    assertThat(names(pod)).startsWith("one", "two", BuilderPod.PULL_IMAGE);
    assertThat(volume(pod, "data").getEmptyDir()).isNotNull();
  }

  @Test
  void aVolumeOfTheUsersTakesThePlaceOfTheClaim() {
    Pod pod =
        pod(
            "{image: {ref: a}, artifacts: {iso: true, volume: mine}, volumes: [{name: mine, nfs: {server: s, path: /p}}]}");
    assertThat(volume(pod, "artifacts").getNfs().getServer()).isEqualTo("s");
    assertThat(mounts(step(pod, "build-iso"))).contains("artifacts:/artifacts");
    assertThat(
            volume(pod("{image: {ref: a}, artifacts: {iso: true}}"), "artifacts")
                .getPersistentVolumeClaim()
                .getClaimName())
        .isEqualTo("demo-artifacts");
  }

  @Test
  void exportersReadFromTheVolumeOfTheSpecOrFromTheClaim() {
    OSArtifact artifact = Artifacts.named("demo", "{image: {ref: a}}");
    var children = new Children(artifact);
    OSArtifactSpec plain = Artifacts.spec("{image: {ref: a}, artifacts: {iso: true}}");
    assertThat(children.artifactsVolume(plain, "artifacts", true).getPersistentVolumeClaim())
        .satisfies(
            claim -> {
              assertThat(claim.getClaimName()).isEqualTo("demo-artifacts");
              assertThat(claim.getReadOnly()).isTrue();
            });
    OSArtifactSpec own =
        Artifacts.spec(
            "{image: {ref: a}, artifacts: {iso: true, volume: v}, volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]}");
    assertThat(children.artifactsVolume(own, "artifacts", true).getPersistentVolumeClaim())
        .satisfies(
            claim -> {
              assertThat(claim.getClaimName()).isEqualTo("c");
              assertThat(claim.getReadOnly()).isTrue();
            });
    OSArtifactSpec unknown = Artifacts.spec("{image: {ref: a}, artifacts: {iso: true, volume: v}}");
    assertThatThrownBy(() -> children.artifactsVolume(unknown, "artifacts", true))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("\"v\"");
  }

  @Test
  void eachVolumeReachesOnlyItsStep() {
    Pod pod =
        pod(
            """
            image:
              ociSpec: {ref: {name: d}, buildContextVolume: ctx}
              caCertificatesVolume: ca
              buildEnv: [{name: X, value: y}]
            artifacts: {iso: true, overlayISOVolume: oiso, overlayRootfsVolume: oroot}
            volumes:
              - {name: ctx, emptyDir: {}}
              - {name: ca, emptyDir: {}}
              - {name: oiso, emptyDir: {}}
              - {name: oroot, emptyDir: {}}
            """);
    assertThat(steps(pod).filter(each -> uses(each, "ctx")).map(Container::getName))
        .containsExactly(BuilderPod.BUILDAH);
    assertThat(steps(pod).filter(each -> uses(each, "ca")).map(Container::getName))
        .containsExactly(BuilderPod.BUILDAH);
    assertThat(steps(pod).filter(each -> uses(each, "oiso")).map(Container::getName))
        .containsExactly("build-iso");
    assertThat(steps(pod).filter(each -> uses(each, "oroot")).map(Container::getName))
        .containsExactly("build-iso");
    assertThat(
            steps(pod)
                .filter(each -> each.getEnv().stream().map(EnvVar::getName).anyMatch("X"::equals))
                .map(Container::getName))
        .containsExactly(BuilderPod.BUILDAH);
    assertThat(command(pod, "build-iso"))
        .contains("--overlay-iso /overlay-iso --overlay-rootfs /overlay-rootfs");
  }

  private static boolean uses(Container step, String volume) {
    return step.getVolumeMounts().stream().map(VolumeMount::getName).anyMatch(volume::equals);
  }

  @Test
  void eachUnifiedKernelImageHasItsStepWithTheKeys() {
    Pod pod =
        pod(
            "{image: {ref: a}, volumes: [{name: k, emptyDir: {}}], artifacts: {uki: {iso: true, container: true, efi: true, keysVolume: k}}}");
    assertThat(names(pod))
        .containsExactly(
            BuilderPod.PULL_IMAGE, "build-uki-iso", "build-uki-container", "build-uki-uki");
    assertThat(command(pod, "build-uki-uki")).contains("--name demo-uki", "--output-type uki");
    assertThat(mounts(step(pod, "build-uki-iso"))).contains("k:/uki-keys");
  }

  @Test
  void disksAreMadeOfSettingsAndMovedToTheirName() {
    Pod pod =
        pod(
            "{image: {ref: a}, nameOverride: {gceImage: g}, artifacts: {cloudImage: true, azureImage: true, gceImage: true, diskSize: '32000'}}");
    assertThat(command(pod, "build-cloud-image"))
        .contains(
            "--set 'disk.raw=true' --set 'disable_netboot=true' --set 'disable_http_server=true'",
            "--set 'container_image=dir:/rootfs'",
            "--set 'disk.size=32000'",
            "/artifacts/demo.raw");
    assertThat(command(pod, "build-azure-cloud-image"))
        .contains("--set 'disk.vhd=true'", "/artifacts/demo.vhd")
        .doesNotContain("disk.size");
    assertThat(command(pod, "build-gce-cloud-image"))
        .contains("--set 'disk.gce=true'", "/artifacts/g.gce.tar.gz")
        .doesNotContain("disk.size");
    assertThat(steps(pod).flatMap(each -> each.getEnv().stream()).map(EnvVar::getName))
        .doesNotContain("EXTEND");
    assertThat(pod.getSpec().getContainers()).hasSize(3);
  }

  @Test
  void kindsThatRunTogetherWorkInFoldersOfTheirOwn() {
    Pod pod =
        pod("{image: {ref: a}, artifacts: {cloudImage: true, azureImage: true, gceImage: true}}");
    assertThat(
            pod.getSpec().getContainers().stream()
                .map(each -> each.getArgs().getFirst().split("state_dir=")[1].split("'")[0]))
        .doesNotHaveDuplicates()
        .hasSize(3);
  }

  @Test
  void netbootReadsTheIsoUnderItsOwnName() {
    Pod pod =
        pod(
            "{image: {ref: a}, nameOverride: {iso: medium, netboot: net}, artifacts: {netboot: true, netbootURL: 'http://b'}}");
    assertThat(names(pod)).contains("build-iso", "build-netboot");
    assertThat(command(pod, "build-netboot"))
        .isEqualTo("auroraboot --debug netboot /artifacts/medium.iso /artifacts net");
    assertThat(variables(step(pod, "build-netboot"))).contains("URL=http://b");
  }

  @Test
  void resourcesAreThoseOfTheirKindAndOfThePod() {
    Pod pod =
        pod(
            "{image: {ref: a}, artifacts: {iso: true}, resources: {iso: {limits: {cpu: 2}}, uki: {limits: {cpu: 9}}, pod: {limits: {memory: 1Gi}}}}");
    assertThat(step(pod, "build-iso").getResources().getLimits().get("cpu").getAmount())
        .isEqualTo("2");
    assertThat(step(pod, BuilderPod.PULL_IMAGE).getResources()).isNull();
    assertThat(pod.getSpec().getResources().getLimits()).containsKey("memory");
  }

  @Test
  void theIsoNeedsNoPrivileges() {
    Container step = step(pod("{image: {ref: a}, artifacts: {iso: true}}"), "build-iso");
    assertThat(step.getSecurityContext().getPrivileged()).isFalse();
    assertThat(step.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
  }

  @Test
  void anIgnoredDockerfileLeavesNoTrace() {
    Pod pod = pod("{image: {ref: a, ociSpec: {ref: {name: d}}}, artifacts: {iso: true}}");
    assertThat(names(pod)).containsExactly(BuilderPod.PULL_IMAGE, "build-iso");
    assertThat(pod.getSpec().getVolumes()).extracting(Volume::getName).doesNotContain("ocispec");
  }

  @Test
  void stepsAreBashWithOneArgument() {
    assertThat(steps(pod(BUILT)))
        .allSatisfy(
            each -> {
              assertThat(each.getCommand()).containsExactly("/bin/bash", "-cxe");
              assertThat(each.getArgs()).hasSize(1);
              assertThat(each.getImagePullPolicy()).isEqualTo("Always");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain-1.0_@%+=:,./", "two words", "it's", ""})
  void wordsReachTheShellAsTheyAre(String word) throws Exception {
    var shell =
        new ProcessBuilder("/bin/sh", "-c", "printf '[%s]' " + PosixWord.quoted(word)).start();
    assertThat(
            new String(
                shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("[" + word + "]");
  }

  @Test
  void quotesAreUpstreams() {
    assertThat(PosixWord.quoted("it's")).isEqualTo("'it'\"'\"'s'");
    assertThat(PosixWord.quoted("")).isEqualTo("''");
    assertThat(PosixWord.quoted("a=b")).isEqualTo("a=b");
  }

  @Test
  void aNewPodLeavesOutWhatIsFinished() {
    String spec = "{image: {" + OPTIONS + "}, artifacts: {iso: true, cloudImage: true}}";
    assertThat(names(pod(spec, Set.of(BuilderPod.BUILDAH))))
        .containsExactly(BuilderPod.EXTRACT, "build-iso", "build-cloud-image");
    assertThat(names(pod(spec, Set.of(BuilderPod.BUILDAH, BuilderPod.EXTRACT, "build-iso"))))
        .containsExactly(BuilderPod.EXTRACT, "build-cloud-image");
  }

  @Test
  void netbootAfterAFinishedIsoNeedsNoRoot() {
    String spec = "{image: {ref: a}, artifacts: {iso: true, netboot: true}}";
    assertThat(names(pod(spec, Set.of(BuilderPod.PULL_IMAGE, "build-iso"))))
        .containsExactly("build-netboot");
  }

  @Test
  void whenAllIsFinishedThereIsNoPod() {
    OSArtifact artifact = Artifacts.named("demo", BUILT);
    assertThat(
            BuilderPod.of(
                new Children(artifact),
                Artifacts.spec(BUILT),
                Artifacts.IMAGES,
                "p",
                Set.of(BuilderPod.BUILDAH)))
        .isEmpty();
  }
}
