package io.kairos.stages.action;

import io.kairos.base.HostFailure;
import io.kairos.config.Section;
import io.kairos.config.SystemFacts;
import io.kairos.stages.StepContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code unpack_images}: writes the contents of images over directories. */
final class UnpackImagesAction implements Action {
  private final Supplier<Optional<ImageUnpacker>> unpacker;

  UnpackImagesAction() {
    this(ImageUnpacker::installed);
  }

  UnpackImagesAction(Supplier<Optional<ImageUnpacker>> unpacker) {
    this.unpacker = unpacker;
  }

  private record Image(String source, String target, String platform) {
    static Image read(Section item) {
      return new Image(
          item.text(
                  "source",
                  "image of a registry, or ocifile:PATH of an archive or layout, dir:PATH of a"
                      + " layout")
              .orElse(""),
          item.text("target", "directory").orElse(""),
          item.text("platform", "os/architecture; that of the machine when empty").orElse(""));
    }

    boolean isComplete() {
      return !source.isEmpty() && !target.isEmpty();
    }
  }

  private record Unpacking(List<Image> images, Supplier<Optional<ImageUnpacker>> unpacker)
      implements Work {
    @Override
    public String summary() {
      return "unpack_images: " + images.size();
    }

    @Override
    public void perform(StepContext context) {
      ImageUnpacker able =
          unpacker
              .get()
              .orElseThrow(
                  () ->
                      HostFailure.withRemedy(
                          "unpack_images: this program cannot unpack images",
                          "move the step to a stage that the agent runs, such as boot"));
      context.each(images, image -> unpack(context, able, image));
    }

    private static void unpack(StepContext context, ImageUnpacker able, Image image) {
      if (!image.isComplete()) {
        context.log().warn("unpack_images: skipped an item without a source or target");
        return;
      }
      String target = HostFiles.normalized(image.target());
      HostFiles.createDirectories(context.host(), target, 0755);
      String platform =
          image.platform().isEmpty() ? "linux/" + SystemFacts.architecture() : image.platform();
      able.unpack(context.host(), image.source(), target, platform);
      context.log().info("unpack_images: " + image.source() + " is in " + target);
    }
  }

  @Override
  public List<String> keys() {
    return List.of("unpack_images");
  }

  @Override
  public Optional<Work> read(Section step) {
    return step.sections("unpack_images", "images to unpack", Image::read)
        .optional()
        .filter(list -> !list.isEmpty())
        .map(images -> new Unpacking(images, unpacker));
  }
}
