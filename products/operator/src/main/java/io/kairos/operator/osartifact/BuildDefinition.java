package io.kairos.operator.osartifact;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;
import io.kairos.formats.gotemplate.GoTemplate;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The Dockerfile of a build: the user's, ours around it, or ours alone. */
final class BuildDefinition {
  /** In the Secret that the builder pod mounts. */
  static final String KEY = "ociSpec";

  private static final Pattern FORBIDDEN =
      Pattern.compile("\\{\\{-?\\s*(define|template|block)\\s");
  private static final String BASE = Resources.text("base.dockerfile");
  private static final String KAIROS_INIT = Resources.text("kairos-init.dockerfile");

  private BuildDefinition() {}

  /**
   * @param own the user's part, rendered
   * @param isWrapped whether the spec has buildOptions
   */
  static String assembled(Optional<String> own, boolean isWrapped) {
    if (!isWrapped) {
      return own.orElse("");
    }
    return BASE + "\n" + own.map(text -> text + "\n").orElse("") + KAIROS_INIT;
  }

  /**
   * A text without directives stays as it is; a key without a value is empty.
   *
   * @param inline come before those of the Secret
   * @throws InvalidConfig when the text is no template, or one that names other templates
   */
  static String rendered(String source, Map<String, String> secret, Map<String, String> inline) {
    if (FORBIDDEN.matcher(source).find()) {
      throw new InvalidConfig(
          Problem.of("define, template and block are forbidden in a build definition")
              .withRemedy("write it out, or set spec.image.ociSpec.template: disabled"));
    }
    Map<String, String> values = new Texts(secret);
    values.putAll(inline);
    GoTemplate template;
    try {
      template = GoTemplate.parse(source);
    } catch (InvalidConfig e) {
      throw failed("failed to parse the build definition: ", e);
    }
    try {
      return template.render(values, GoTemplate.MissingKey.NO_VALUE);
    } catch (InvalidConfig e) {
      throw failed("failed to render the build definition: ", e);
    }
  }

  private static InvalidConfig failed(String what, InvalidConfig cause) {
    return new InvalidConfig(
        Problem.of(what + cause.getMessage())
            .withRemedy("mend it, or set spec.image.ociSpec.template: disabled"));
  }

  /** As a Go map of texts: what it has not is empty. */
  private static final class Texts extends TreeMap<String, String> {
    private static final long serialVersionUID = 1L;

    Texts(Map<String, String> entries) {
      super(entries);
    }

    @Override
    public String get(Object key) {
      return getOrDefault(key, "");
    }

    @Override
    public String getOrDefault(Object key, String preset) {
      String value = super.get(key);
      return value == null ? preset : value;
    }
  }
}
