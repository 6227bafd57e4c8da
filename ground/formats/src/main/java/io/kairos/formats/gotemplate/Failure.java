package io.kairos.formats.gotemplate;

import io.kairos.base.InvalidConfig;
import io.kairos.base.Problem;

/** The two ways in which a template fails. */
final class Failure {
  private Failure() {}

  static InvalidConfig parse(String what, int line) {
    return new InvalidConfig(Problem.of("parse: line " + line + ": " + what));
  }

  static InvalidConfig execute(String what) {
    return new InvalidConfig(Problem.of("execute: " + what));
  }
}
