package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.stages.Gzipped;
import io.kairos.stages.StepContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** VMware: texts that the hypervisor keeps for its guest, asked with the guest's own tools. */
final class VmwareGuest implements Datasource {
  private static final String RPC = "vmware-rpctool";
  private static final String TOOLS = "vmtoolsd";

  @Override
  public String name() {
    return "vmware";
  }

  @Override
  public boolean needsNetwork() {
    return false;
  }

  @Override
  public Optional<UserData> fetch(StepContext context) {
    if (!context.host().hasProgram(RPC) && !context.host().hasProgram(TOOLS)) {
      context.log().debug("vmware: neither " + RPC + " nor " + TOOLS + " is on this machine");
      return Optional.empty();
    }
    Optional<String> text = value(context, "userdata");
    Optional<String> metadata = value(context, "metadata");
    if (text.isEmpty() && metadata.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> files = new HashMap<>();
    metadata.ifPresent(content -> files.put("metadata", content));
    value(context, "vendordata").ifPresent(content -> files.put("vendordata", content));
    return Optional.of(new UserData(text, Optional.empty(), List.of(), files));
  }

  private static Optional<String> value(StepContext context, String key) {
    Optional<String> raw = raw(context, "guestinfo." + key);
    if (raw.isEmpty()) {
      return Optional.empty();
    }
    String encoding = raw(context, "guestinfo." + key + ".encoding").orElse("");
    try {
      return Optional.of(
          switch (encoding) {
            case "" -> raw.get();
            case "base64", "b64" -> new String(base64(raw.get()), StandardCharsets.UTF_8);
            case "gzip+base64", "gz+b64" -> unzipped(base64(raw.get()));
            default ->
                throw new HostFailure("guestinfo." + key + ".encoding is '" + encoding + "'");
          });
    } catch (IllegalArgumentException | IOException e) {
      throw new HostFailure("guestinfo." + key + " is not " + encoding, e);
    }
  }

  /** Absent, too short to be anything, or a mere mark of a document: nothing. */
  private static Optional<String> raw(StepContext context, String key) {
    Command command =
        context.host().hasProgram(RPC)
            ? Command.of(RPC, "info-get " + key)
            : Command.of(TOOLS, "--cmd", "info-get " + key);
    Output output =
        context.host().run(command.within(MetadataClient.PATIENCE).expecting(0, 1, 255));
    String text = output.stdout().strip();
    return output.succeeded() && text.length() > 1 && !text.equals("---")
        ? Optional.of(text)
        : Optional.empty();
  }

  private static byte[] base64(String text) {
    return Base64.getMimeDecoder().decode(text);
  }

  private static String unzipped(byte[] zipped) throws IOException {
    return new String(Gzipped.unpacked(zipped), StandardCharsets.UTF_8);
  }
}
