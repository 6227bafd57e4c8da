package io.kairos.stages.datasource;

import io.kairos.base.HostFailure;
import io.kairos.host.Command;
import io.kairos.host.Output;
import io.kairos.stages.StepContext;
import io.kairos.stages.action.ContentEncoding;
import java.io.IOException;
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
    ContentEncoding known =
        ContentEncoding.named(encoding)
            .orElseThrow(
                () -> new HostFailure("guestinfo." + key + ".encoding is '" + encoding + "'"));
    try {
      return Optional.of(known.decodeText(raw.get()));
    } catch (IOException e) {
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
}
