package io.kairos.formats.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kairos.base.InvalidConfig;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
  @Test
  void readsEveryKindOfValueAndKeepsTheOrder() {
    Object tree =
        Json.parse(
            "t", "{\"z\":[1,-2.50,true,null,\"\\u00e4\"],\"a\":{},\"n\":123456789012345678901}");

    var expected = new LinkedHashMap<String, Object>();
    expected.put("z", Arrays.asList(1L, new BigDecimal("-2.50"), true, null, "ä"));
    expected.put("a", Map.of());
    expected.put("n", new BigInteger("123456789012345678901"));
    assertThat(tree).isEqualTo(expected);
    assertThat(((Map<?, ?>) tree).keySet().iterator().next()).isEqualTo("z");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1,] | t:1:4",
        "{'a':1} | t:1:2",
        "{\"a\":1,\"a\":2} | t:1:",
        "[1] 2 | t:1:5",
        "[1 | t:1:",
        "'' | t:1:1: no JSON value",
      })
  void saysWhereATextIsBroken(String text, String expected) {
    assertThatThrownBy(() -> Json.parse("t", text))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageStartingWith(expected);
  }

  @Test
  void refusesWhatIsNotUtf8() {
    assertThatThrownBy(() -> Json.parse("t", new byte[] {'"', (byte) 0xff, '"'}))
        .isInstanceOf(InvalidConfig.class)
        .hasMessage("t: not UTF-8 text");
  }

  @Test
  void writesMapsWithoutOrderSorted() {
    assertThat(Json.write(Map.of("b", 1, "a", List.of("x", true), "c", Map.of())))
        .isEqualTo("{\"a\":[\"x\",true],\"b\":1,\"c\":{}}");
  }

  @Test
  void prettyTextIsIndentedByTwo() {
    assertThat(Json.pretty(Map.of("a", List.of(1, 2), "b", List.of())))
        .isEqualTo("{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}\n");
  }

  @Test
  void readsBackWhatItWrites() {
    String text = "{\"z\":[1,-2.5,true,null,\"ä\\n\"],\"a\":{\"deep\":[[]]}}";
    assertThat(Json.write(Json.parse("t", text))).isEqualTo(text);
    assertThat(Json.parse("t", Json.pretty(Json.parse("t", text))))
        .isEqualTo(Json.parse("t", text));
  }

  @Test
  void wrongMemberIsNamedByItsPath() {
    JsonObject object =
        Json.parseObject("f.json", "{\"l\":[{\"d\":1}],\"s\":2}".getBytes(StandardCharsets.UTF_8));

    assertThat(object.number("s")).contains(2L);
    assertThat(object.text("absent")).isEmpty();
    assertThatThrownBy(() -> object.objects("l").getFirst().requiredText("d"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessage("f.json: l[0].d must be text, but is a number");
    assertThatThrownBy(() -> object.objects("l").getFirst().requiredText("e"))
        .hasMessage("f.json: l[0].e is missing");
    assertThatThrownBy(() -> object.texts("l"))
        .hasMessage("f.json: l[0] must be text, but is an object");
  }
}
