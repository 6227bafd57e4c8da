package io.kairos.operator.osartifact;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.kairos.operator.osartifact.OSArtifactSpec.Artifacts;
import io.kairos.operator.osartifact.OSArtifactSpec.BuildImage;
import io.kairos.operator.osartifact.OSArtifactSpec.BuildOptions;
import io.kairos.operator.osartifact.OSArtifactSpec.Image;
import io.kairos.operator.osartifact.OSArtifactSpec.OciSpec;
import io.kairos.operator.osartifact.OSArtifactSpec.SecretKey;
import io.kairos.operator.osartifact.OSArtifactSpec.Uki;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The pod that builds an artifact, as a value: one container for each step, in order, all but the
 * last as init containers. Names, argument lists and mounts are upstream's
 * (reference/kubernetes-apis.md, 2.5.5).
 */
final class BuilderPod {
  /** Where a step of our tools says which files it made; the kubelet passes it on. */
  static final String REPORT = "/dev/termination-log";

  static final String REPORT_VARIABLE = "KAIROS_REPORT";

  static final String BUILDAH = "buildah-build";
  static final String PULL_IMAGE = "pull-image-baseimage";
  static final String EXTRACT = "image-extractor";
  static final String CREDENTIALS_KEY = ".dockerconfigjson";

  private static final String ARTIFACTS = "artifacts";
  private static final String ROOTFS = "rootfs";
  private static final String CONFIG = "config";
  private static final String DEFINITION = "ocispec";
  private static final String CREDENTIALS = "image-credentials";
  private static final String CLOUD_CONFIG = "cloudconfig";

  private static final String DOCKER_CONFIG = "/root/.docker";
  private static final String CERTIFICATES = "/etc/ssl/buildah/certs";
  private static final String CACHE = "/var/lib/containers";
  private static final String CLOUD_CONFIG_FILE = "/cloud-config.yaml";

  /** Two folders, because a file that is mounted into a volume of the user's would stay in it. */
  private static final String OVERLAY_ISO = "/overlay-iso";

  private static final String OVERLAY_MENU = "/iso/iso-overlay";
  private static final String MENU = "/boot/grub2/grub.cfg";

  private final String name;
  private final OSArtifactSpec spec;
  private final Images images;
  private final Children children;
  private final Image image;
  private final Optional<Artifacts> artifacts;

  /**
   * What the steps run in.
   *
   * @param tool has {@code auroraboot}, {@code luet}, {@code bash} and {@code tar}
   * @param buildah builds Dockerfiles
   * @param pullPolicy Always, unless nodes have the images already and reach no registry
   */
  record Images(String tool, String buildah, String pullPolicy) {}

  private BuilderPod(Children children, OSArtifactSpec spec, Images images) {
    this.name = children.name();
    this.children = children;
    this.spec = spec;
    this.images = images;
    this.image = spec.image();
    this.artifacts = spec.artifacts();
  }

  /**
   * @param podName of this attempt
   * @param finished names of steps whose results are in the volume of the artifacts already
   * @return nothing when every step has ended already
   */
  static Optional<Pod> of(
      Children children, OSArtifactSpec spec, Images images, String podName, Set<String> finished) {
    return new BuilderPod(children, spec, images).pod(podName, finished);
  }

  /** All steps of a build, in order; those of {@link #of} that finished before are left out. */
  static List<Container> steps(Children children, OSArtifactSpec spec, Images images) {
    var pod = new BuilderPod(children, spec, images);
    return Stream.concat(pod.inOrder().stream(), pod.parallel().stream()).toList();
  }

  private Optional<Pod> pod(String podName, Set<String> finished) {
    List<Container> inits = needed(inOrder(), parallel(), finished);
    List<Container> mains =
        new ArrayList<>(
            parallel().stream().filter(each -> !finished.contains(each.getName())).toList());
    if (mains.isEmpty()) {
      if (inits.isEmpty()) {
        return Optional.empty();
      }
      mains.add(inits.removeLast()); // a pod has to have one
    }
    Map<String, String> labels = new LinkedHashMap<>(spec.podLabels());
    labels.putAll(children.labels());
    var podSpec =
        new PodSpecBuilder()
            .withAutomountServiceAccountToken(false)
            .withRestartPolicy("Never")
            .withImagePullSecrets(pullSecrets())
            .withNodeSelector(spec.nodeSelector().isEmpty() ? null : spec.nodeSelector())
            .withTolerations(spec.tolerations())
            .withVolumes(volumes())
            .withInitContainers(inits)
            .withContainers(mains);
    spec.affinity().ifPresent(podSpec::withAffinity);
    spec.resourcesOfPod().ifPresent(podSpec::withResources);
    spec.activeDeadlineSeconds().ifPresent(podSpec::withActiveDeadlineSeconds);
    return Optional.of(
        new PodBuilder()
            .withMetadata(
                new ObjectMetaBuilder()
                    .withName(podName)
                    .withNamespace(children.namespace())
                    .withLabels(labels)
                    .withAnnotations(spec.podAnnotations().isEmpty() ? null : spec.podAnnotations())
                    .withOwnerReferences(children.owner())
                    .build())
            .withSpec(podSpec.build())
            .build());
  }

  /**
   * Steps up to the last one whose result is missing. The root file system lives in the pod, so
   * what fills it runs again when something that reads it does.
   */
  private static List<Container> needed(
      List<Container> inits, List<Container> mains, Set<String> finished) {
    boolean isRootNeeded =
        Stream.concat(inits.stream(), mains.stream())
            .filter(each -> isBuild(each.getName()) && !each.getName().equals("build-netboot"))
            .anyMatch(each -> !finished.contains(each.getName()));
    List<Container> result = new ArrayList<>();
    for (Container each : inits) {
      boolean isResultKept = each.getName().equals(BUILDAH) || isBuild(each.getName());
      boolean isDone = finished.contains(each.getName());
      if (isResultKept ? !isDone : isRootNeeded || !isDone) {
        result.add(each);
      }
    }
    return result;
  }

  private static boolean isBuild(String step) {
    return step.startsWith("build-");
  }

  private List<LocalObjectReference> pullSecrets() {
    List<LocalObjectReference> secrets = new ArrayList<>(spec.imagePullSecrets());
    image
        .imageCredentialsSecretRef()
        .ifPresent(ref -> secrets.add(new LocalObjectReference(ref.name())));
    return secrets;
  }

  // ---- volumes ----

  private List<Volume> volumes() {
    List<Volume> volumes = new ArrayList<>();
    volumes.add(children.artifactsVolume(spec, ARTIFACTS, false));
    volumes.add(new VolumeBuilder().withName(ROOTFS).withNewEmptyDir().endEmptyDir().build());
    volumes.add(
        new VolumeBuilder()
            .withName(CONFIG)
            .withNewConfigMap()
            .withName(children.configMapName())
            .endConfigMap()
            .build());
    if (isBuilt()) {
      volumes.add(
          new VolumeBuilder()
              .withName(DEFINITION)
              .withNewSecret()
              .withSecretName(children.definitionName())
              .endSecret()
              .build());
    }
    image
        .imageCredentialsSecretRef()
        .ifPresent(
            ref ->
                volumes.add(
                    new VolumeBuilder()
                        .withName(CREDENTIALS)
                        .withNewSecret()
                        .withSecretName(ref.name())
                        .addNewItem()
                        .withKey(ref.keyOr(CREDENTIALS_KEY))
                        .withPath("config.json")
                        .endItem()
                        .endSecret()
                        .build()));
    cloudConfig()
        .ifPresent(
            ref ->
                volumes.add(
                    new VolumeBuilder()
                        .withName(CLOUD_CONFIG)
                        .withNewSecret()
                        .withSecretName(ref.name())
                        .withOptional(true)
                        .endSecret()
                        .build()));
    volumes.addAll(spec.volumes());
    return volumes;
  }

  private static VolumeMount mount(String volume, String path) {
    return new VolumeMountBuilder().withName(volume).withMountPath(path).build();
  }

  private static VolumeMount readOnly(String volume, String path) {
    return new VolumeMountBuilder(mount(volume, path)).withReadOnly(true).build();
  }

  private static VolumeMount file(String volume, String key, String path) {
    return new VolumeMountBuilder(mount(volume, path)).withSubPath(key).build();
  }

  // ---- steps ----

  private List<Container> inOrder() {
    List<Container> steps = new ArrayList<>(spec.importers());
    steps.add(isBuilt() ? buildah() : pullImage());
    artifacts.ifPresent(
        wanted -> {
          if (isBuilt()) {
            steps.add(extract());
          }
          for (int i = 0; i < wanted.bundles().size(); i++) {
            steps.add(bundle(i, wanted));
          }
          if (!wanted.osRelease().isEmpty()) {
            steps.add(release("os-release"));
          }
          if (!wanted.kairosRelease().isEmpty()) {
            steps.add(release("kairos-release"));
          }
          wanted.uki().ifPresent(uki -> uki(uki, steps));
          if (wanted.iso() || wanted.netboot()) {
            steps.add(iso(wanted));
          }
          if (wanted.netboot()) {
            steps.add(netboot(wanted));
          }
        });
    return steps;
  }

  private List<Container> parallel() {
    List<Container> steps = new ArrayList<>();
    artifacts.ifPresent(
        wanted -> {
          if (wanted.cloudImage()) {
            steps.add(disk(ArtifactKind.CLOUD_IMAGE, wanted));
          }
          if (wanted.azureImage()) {
            steps.add(disk(ArtifactKind.AZURE_IMAGE, wanted));
          }
          if (wanted.gceImage()) {
            steps.add(disk(ArtifactKind.GCE_IMAGE, wanted));
          }
        });
    return steps;
  }

  private boolean isBuilt() {
    return !image.isPrebuilt();
  }

  private Optional<SecretKey> cloudConfig() {
    return artifacts.flatMap(Artifacts::cloudConfigRef);
  }

  private String arch() {
    return artifacts.map(Artifacts::arch).orElse("");
  }

  private List<String> archFlag() {
    return arch().isEmpty() ? List.of() : List.of("--arch", arch());
  }

  private List<String> insecureFlag() {
    return image.pullInsecureRegistry() ? List.of("--allow-insecure-registries") : List.of();
  }

  private String archive() {
    return name + ".tar";
  }

  private ContainerBuilder container(String step, String image, String command) {
    return new ContainerBuilder()
        .withName(step)
        .withImage(image)
        .withImagePullPolicy(images.pullPolicy())
        .withCommand("/bin/bash", "-cxe")
        .withArgs(command)
        // The end of the log, where a step says nothing else: shown in the status.
        .withTerminationMessagePolicy("FallbackToLogsOnError");
  }

  private ContainerBuilder tool(String step, String command) {
    return container(step, images.tool(), command)
        .addNewEnv()
        .withName(REPORT_VARIABLE)
        .withValue(REPORT)
        .endEnv();
  }

  private Container pullImage() {
    List<String> unpack = new ArrayList<>(List.of("auroraboot", "unpack"));
    unpack.addAll(archFlag());
    unpack.addAll(insecureFlag());
    unpack.addAll(List.of(image.ref(), "/rootfs"));
    List<String> pack = new ArrayList<>(List.of("luet", "util", "pack"));
    if (!arch().isEmpty()) {
      pack.addAll(List.of("--arch", arch(), "--os", "linux"));
    }
    pack.addAll(List.of(imageName(), "test.tar", archive()));
    String command =
        String.join(
            " && ",
            PosixWord.line(unpack),
            // Without its v: a hundred thousand names would bury what went wrong.
            "tar -czpf test.tar -C /rootfs .",
            PosixWord.line(pack),
            PosixWord.line(List.of("chmod", "+r", archive())),
            PosixWord.line(List.of("mv", archive(), "/artifacts")));
    ContainerBuilder step =
        tool(PULL_IMAGE, command)
            .addToVolumeMounts(mount(ROOTFS, "/rootfs"), mount(ARTIFACTS, "/artifacts"));
    withAccess(step);
    return step.build();
  }

  private String imageName() {
    return image.buildImage().map(BuildImage::reference).orElse(name);
  }

  /** With the login and the certificates of the spec. */
  private void withAccess(ContainerBuilder step) {
    withCredentials(step);
    if (!image.caCertificatesVolume().isEmpty()) {
      step.addToVolumeMounts(readOnly(image.caCertificatesVolume(), CERTIFICATES));
      step.addToEnv(env("SSL_CERT_DIR", CERTIFICATES)); // besides those of the tool image
    }
  }

  private void withCredentials(ContainerBuilder step) {
    if (image.imageCredentialsSecretRef().isPresent()) {
      step.addToVolumeMounts(readOnly(CREDENTIALS, DOCKER_CONFIG));
      step.addToEnv(env("DOCKER_CONFIG", DOCKER_CONFIG));
    }
  }

  private static EnvVar env(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }

  private Container buildah() {
    boolean hasCredentials = image.imageCredentialsSecretRef().isPresent();
    boolean hasCertificates = !image.caCertificatesVolume().isEmpty();
    List<String> access = new ArrayList<>();
    if (hasCredentials) {
      access.addAll(List.of("--authfile", DOCKER_CONFIG + "/config.json"));
    }
    if (hasCertificates) {
      access.addAll(List.of("--cert-dir", CERTIFICATES));
    }
    String local = "localhost/" + name + ":latest";

    List<String> bud = new ArrayList<>(List.of("buildah", "bud"));
    bud.add(image.cacheVolume().isEmpty() ? "--layers=false" : "--layers=true");
    bud.addAll(List.of("-f", "/ocispec/" + BuildDefinition.KEY));
    bud.addAll(access);
    if (image.pullInsecureRegistry()) {
      bud.add("--tls-verify=false");
    }
    bud.addAll(archFlag());
    if (image.buildOptions().isPresent()) {
      bud.add(
          "--no-hostname"); // the conversion empties the image's own, which would be mounted over
    }
    buildArguments()
        .forEach(
            (key, value) -> {
              if (!value.isEmpty()) {
                bud.addAll(List.of("--build-arg", key + "=" + value));
              }
            });
    bud.addAll(List.of("-t", local, "/workspace"));

    List<String> save = new ArrayList<>(List.of("buildah", "push"));
    save.addAll(access);
    // The unpacker of upstream's tool cannot read an OCI layout.
    save.addAll(List.of(local, "docker-archive:/artifacts/" + archive()));

    List<String> lines =
        new ArrayList<>(List.of("mkdir -p /workspace", PosixWord.line(bud), PosixWord.line(save)));
    image
        .buildImage()
        .filter(_ -> image.push())
        .ifPresent(
            target -> {
              List<String> push = new ArrayList<>(List.of("buildah", "push"));
              push.addAll(access);
              if (image.pushInsecureRegistry()) {
                push.add("--tls-verify=false");
              }
              push.addAll(List.of(local, "docker://" + target.reference()));
              lines.add(PosixWord.line(push));
            });

    ContainerBuilder step =
        container(BUILDAH, images.buildah(), String.join(" && ", lines))
            .addToEnv(env("BUILDAH_ISOLATION", "chroot"), env("STORAGE_DRIVER", "vfs"))
            .addToVolumeMounts(readOnly(DEFINITION, "/ocispec"), mount(ARTIFACTS, "/artifacts"))
            .withSecurityContext(
                new SecurityContextBuilder()
                    .withAllowPrivilegeEscalation(true)
                    .withNewCapabilities()
                    .withAdd("SETUID", "SETGID")
                    .endCapabilities()
                    .build());
    image
        .ociSpec()
        .filter(_ -> image.definition().isPresent())
        .map(OciSpec::buildContextVolume)
        .filter(volume -> !volume.isEmpty())
        .ifPresent(volume -> step.addToVolumeMounts(readOnly(volume, "/workspace")));
    if (hasCertificates) {
      step.addToVolumeMounts(readOnly(image.caCertificatesVolume(), CERTIFICATES));
    }
    if (!image.cacheVolume().isEmpty()) {
      step.addToVolumeMounts(mount(image.cacheVolume(), CACHE));
    }
    withCredentials(step);
    step.addAllToEnv(image.buildEnv());
    return step.build();
  }

  private Map<String, String> buildArguments() {
    Map<String, String> arguments = new LinkedHashMap<>();
    image.buildOptions().ifPresent(options -> buildArguments(options, arguments));
    return arguments;
  }

  private static void buildArguments(BuildOptions options, Map<String, String> arguments) {
    arguments.put("VERSION", options.version());
    arguments.put("BASE_IMAGE", options.baseImage());
    arguments.put("MODEL", options.model());
    arguments.put("KUBERNETES_DISTRO", options.kubernetesDistro());
    arguments.put("KUBERNETES_VERSION", options.kubernetesVersion());
    arguments.put("KAIROS_INIT_IMAGE", options.kairosInitImage());
    arguments.put("TRUSTED_BOOT", options.trustedBoot() ? "true" : "");
    arguments.put("FIPS", options.fips() ? "fips" : "");
  }

  private Container extract() {
    List<String> words = new ArrayList<>(List.of("auroraboot", "unpack"));
    words.addAll(archFlag());
    words.addAll(List.of("ocifile:/artifacts/" + archive(), "/rootfs"));
    return tool(EXTRACT, PosixWord.line(words))
        .addToVolumeMounts(mount(ROOTFS, "/rootfs"), readOnly(ARTIFACTS, "/artifacts"))
        .build();
  }

  private Container bundle(int index, Artifacts wanted) {
    List<String> words = new ArrayList<>(List.of("auroraboot", "unpack"));
    words.addAll(archFlag());
    words.addAll(insecureFlag());
    words.addAll(List.of(wanted.bundles().get(index), "/rootfs"));
    ContainerBuilder step =
        tool("pull-image-" + index, PosixWord.line(words))
            .addToVolumeMounts(mount(ROOTFS, "/rootfs"));
    withAccess(step);
    return step.build();
  }

  /** Both files are keys of the ConfigMap that have the name of the file. */
  private Container release(String file) {
    return tool(file, "cp -rfv /etc/" + file + " /rootfs/etc/" + file)
        .addToVolumeMounts(file(CONFIG, file, "/etc/" + file), mount(ROOTFS, "/rootfs"))
        .build();
  }

  /** Upstream names the file also with a menu alone; then it is an empty one of ours. */
  private boolean hasCloudConfig() {
    return cloudConfig().isPresent()
        || artifacts.filter(wanted -> !wanted.grubConfig().isEmpty()).isPresent();
  }

  private List<String> cloudConfigFlag() {
    return hasCloudConfig() ? List.of("--cloud-config", CLOUD_CONFIG_FILE) : List.of();
  }

  private Container iso(Artifacts wanted) {
    List<String> words = new ArrayList<>(List.of("auroraboot", "--debug", "build-iso"));
    words.addAll(List.of("--override-name", spec.nameOf(ArtifactKind.ISO, name)));
    words.addAll(List.of("--date=false", "--output", "/artifacts"));
    words.addAll(archFlag());
    if (!wanted.overlayISOVolume().isEmpty()) {
      words.addAll(List.of("--overlay-iso", OVERLAY_ISO));
    }
    if (!wanted.grubConfig().isEmpty()) {
      words.addAll(List.of("--overlay-iso", OVERLAY_MENU));
    }
    if (!wanted.overlayRootfsVolume().isEmpty()) {
      words.addAll(List.of("--overlay-rootfs", "/overlay-rootfs"));
    }
    words.addAll(cloudConfigFlag());
    words.add("dir:/rootfs");
    ContainerBuilder step = tool("build-iso", PosixWord.line(words));
    withBuildMounts(step, wanted);
    // Neither a loop device nor a mount is needed, so not even the right to gain rights.
    step.withSecurityContext(
        new SecurityContextBuilder()
            .withPrivileged(false)
            .withAllowPrivilegeEscalation(false)
            .build());
    spec.resourcesOf(ArtifactKind.ISO).ifPresent(step::withResources);
    return step.build();
  }

  private Container netboot(Artifacts wanted) {
    // The ISO has its own name; a netboot set with another name is still made of that ISO.
    String iso = "/artifacts/" + spec.nameOf(ArtifactKind.ISO, name) + ".iso";
    List<String> words =
        List.of(
            "auroraboot",
            "--debug",
            "netboot",
            iso,
            "/artifacts",
            spec.nameOf(ArtifactKind.NETBOOT, name));
    ContainerBuilder step =
        tool("build-netboot", PosixWord.line(words)).addToEnv(env("URL", wanted.netbootURL()));
    withBuildMounts(step, wanted);
    step.withSecurityContext(privileged());
    spec.resourcesOf(ArtifactKind.NETBOOT).ifPresent(step::withResources);
    return step.build();
  }

  private void uki(Uki uki, List<Container> steps) {
    if (uki.iso()) {
      steps.add(uki("iso"));
    }
    if (uki.container()) {
      steps.add(uki("container"));
    }
    if (uki.efi()) {
      steps.add(uki("uki"));
    }
  }

  private Container uki(String type) {
    List<String> words = new ArrayList<>(List.of("auroraboot", "--debug", "build-uki"));
    words.addAll(List.of("--name", spec.nameOf(ArtifactKind.UKI, name) + "-uki"));
    words.addAll(List.of("--output-dir", "/artifacts", "--output-type", type));
    words.addAll(List.of("--public-keys", "/uki-keys"));
    words.addAll(List.of("--tpm-pcr-private-key", "/uki-keys/tpm2-pcr-private.pem"));
    words.addAll(List.of("--sb-key", "/uki-keys/db.key", "--sb-cert", "/uki-keys/db.pem"));
    words.addAll(cloudConfigFlag());
    words.add("dir:/rootfs");
    ContainerBuilder step = tool("build-uki-" + type, PosixWord.line(words));
    withBuildMounts(step, artifacts.orElseThrow());
    step.withSecurityContext(privileged());
    spec.resourcesOf(ArtifactKind.UKI).ifPresent(step::withResources);
    return step.build();
  }

  private Container disk(ArtifactKind kind, Artifacts wanted) {
    String step =
        switch (kind) {
          case CLOUD_IMAGE -> "build-cloud-image";
          case AZURE_IMAGE -> "build-azure-cloud-image";
          case GCE_IMAGE -> "build-gce-cloud-image";
          default -> throw new IllegalArgumentException("not a disk: " + kind);
        };
    String flag =
        switch (kind) {
          case CLOUD_IMAGE -> "disk.raw=true";
          case AZURE_IMAGE -> "disk.vhd=true";
          default -> "disk.gce=true";
        };
    String made =
        switch (kind) {
          case CLOUD_IMAGE -> "*.raw";
          case AZURE_IMAGE -> "*.vhd";
          default -> "*.raw.gce.tar.gz";
        };
    String ending =
        switch (kind) {
          case CLOUD_IMAGE -> ".raw";
          case AZURE_IMAGE -> ".vhd";
          default -> ".gce.tar.gz";
        };
    // A folder for each kind: they run at the same time, and look for what they made by its ending.
    String state = "/artifacts/." + step;
    List<String> settings =
        new ArrayList<>(
            List.of(
                flag,
                "disable_netboot=true",
                "disable_http_server=true",
                "state_dir=" + state,
                "container_image=dir:/rootfs"));
    if (!wanted.arch().isEmpty()) {
      settings.add("arch=" + wanted.arch());
    }
    if (kind == ArtifactKind.CLOUD_IMAGE && !wanted.diskSize().isEmpty()) {
      settings.add("disk.size=" + wanted.diskSize());
    }
    StringBuilder command = new StringBuilder("mkdir -p " + state + " && auroraboot --debug");
    // Always quoted, as upstream does and scripts of users look for.
    settings.forEach(
        each -> command.append(" --set '").append(each.replace("'", "'\"'\"'")).append('\''));
    if (hasCloudConfig()) {
      command.append(" ").append(PosixWord.line(cloudConfigFlag()));
    }
    String target = "/artifacts/" + spec.nameOf(kind, name) + ending;
    command
        .append(" && file=$(ls ")
        .append(state + "/" + made)
        .append(" | head -n 1) && [ -n \"$file\" ] && mv \"$file\" ")
        .append(PosixWord.quoted(target))
        .append(" && rm -rf ")
        .append(state);
    ContainerBuilder container = tool(step, command.toString());
    withBuildMounts(container, wanted);
    container.withSecurityContext(privileged());
    spec.resourcesOf(kind).ifPresent(container::withResources);
    return container.build();
  }

  private void withBuildMounts(ContainerBuilder step, Artifacts wanted) {
    step.addToVolumeMounts(mount(ARTIFACTS, "/artifacts"), mount(ROOTFS, "/rootfs"));
    if (!wanted.overlayISOVolume().isEmpty()) {
      step.addToVolumeMounts(mount(wanted.overlayISOVolume(), OVERLAY_ISO));
    }
    if (!wanted.grubConfig().isEmpty()) {
      step.addToVolumeMounts(file(CONFIG, Children.MENU_KEY, OVERLAY_MENU + MENU));
    }
    if (!wanted.overlayRootfsVolume().isEmpty()) {
      step.addToVolumeMounts(mount(wanted.overlayRootfsVolume(), "/overlay-rootfs"));
    }
    wanted
        .uki()
        .map(Uki::keysVolume)
        .filter(volume -> !volume.isEmpty())
        .ifPresent(volume -> step.addToVolumeMounts(mount(volume, "/uki-keys")));
    if (hasCloudConfig()) {
      step.addToVolumeMounts(
          cloudConfig()
              .map(ref -> file(CLOUD_CONFIG, ref.key(), CLOUD_CONFIG_FILE))
              .orElseGet(() -> file(CONFIG, Children.CLOUD_CONFIG_KEY, CLOUD_CONFIG_FILE)));
    }
  }

  private static SecurityContext privileged() {
    return new SecurityContextBuilder().withPrivileged(true).build();
  }
}
