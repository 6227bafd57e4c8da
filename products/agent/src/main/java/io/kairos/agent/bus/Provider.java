package io.kairos.agent.bus;

import io.kairos.base.HostFailure;
import io.kairos.base.KairosException;
import io.kairos.formats.json.Json;
import io.kairos.formats.json.JsonObject;
import io.kairos.host.Command;
import io.kairos.host.FileTree;
import io.kairos.host.Host;
import io.kairos.host.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A program that extends the agent. It is called with an event, gets a JSON object on its standard
 * input and answers with one on its standard output.
 *
 * @param name of the file, without {@link ProviderBus#PREFIX}
 * @param program absolute path on the host
 */
public record Provider(String name, String program) {
  /** Joining a cluster may take as long as its other nodes; this only ends what hangs for ever. */
  private static final Duration DEADLINE = Duration.ofDays(1);

  /** What is larger than a provider can be expected to read at once goes into a file. */
  private static final int LARGEST = 8192;

  /**
   * What a provider said.
   *
   * @param state a word for people, such as {@code success}; empty for none
   * @param data depends on the event; may hold secrets
   */
  public record Answer(Provider provider, String state, String data, String log) {}

  /**
   * @param payload becomes the text of {@code data}; may hold secrets
   * @throws HostFailure when it fails, says that it failed, or does not speak the protocol
   */
  Answer tell(Host host, ProviderEvent event, Map<String, Object> payload) {
    String data = Json.write(payload);
    if (data.getBytes(StandardCharsets.UTF_8).length <= LARGEST) {
      return tell(host, event, data, "");
    }
    Path folder = host.path("/tmp");
    Path file = null;
    try {
      Files.createDirectories(folder);
      file =
          Files.createTempFile(
              folder,
              "kairos-event-",
              ".json",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, data);
      return tell(host, event, "", "/tmp/" + file.getFileName());
    } catch (IOException e) {
      throw new HostFailure("cannot keep the data of " + event.word() + " in " + folder, e);
    } finally {
      if (file != null) {
        FileTree.delete(file);
      }
    }
  }

  private Answer tell(Host host, ProviderEvent event, String data, String file) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("name", event.word());
    message.put("data", data);
    message.put("file", file);
    try {
      Output output =
          host.run(
              Command.of(program, event.word())
                  .inheritingEnvironment()
                  .within(DEADLINE)
                  .stdin(Json.write(message)));
      return answer(output);
    } catch (KairosException e) {
      throw new HostFailure("Provider " + name + " at " + program + " had an error", e);
    }
  }

  private Answer answer(Output output) {
    JsonObject answer =
        Json.parseObject(
            "the answer of " + program, output.stdout().getBytes(StandardCharsets.UTF_8));
    Optional<String> error = answer.text("error").filter(text -> !text.isEmpty());
    if (error.isPresent()) {
      throw new HostFailure(error.get());
    }
    return new Answer(
        this,
        answer.text("state").orElse(""),
        answer.text("data").orElse(""),
        answer.text("log").orElse(""));
  }
}
