package io.kairos.operator.osartifact;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Map;

/** Trees of the API as values, and back. */
final class JsonTree {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  /**
   * Gives the mapper what the client's types need; they are read and written as the client does.
   */
  private static final KubernetesSerialization KUBERNETES =
      new KubernetesSerialization(MAPPER, false);

  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  private JsonTree() {}

  static Map<String, Object> map(JsonNode tree) {
    return MAPPER.convertValue(tree, MAP);
  }

  static JsonNode node(Object value) {
    return MAPPER.valueToTree(value);
  }

  /**
   * @throws IllegalArgumentException when a value has another type
   */
  static <T> T read(Object tree, Class<T> type) {
    return KUBERNETES.convertValue(tree, type);
  }

  /** The same value gives the same text. */
  static String canonical(Object value) {
    return KUBERNETES.asJson(MAPPER.convertValue(value, Object.class));
  }
}
