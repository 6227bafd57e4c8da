package io.kairos.base;

import java.util.Optional;

/** The machine did not do what it was asked to: a command, a system call, a file, the network. */
public final class HostFailure extends KairosException {
  private static final long serialVersionUID = 1L;

  public HostFailure(String message) {
    super(message, null);
  }

  public HostFailure(String message, Throwable cause) {
    super(cause == null ? message : message + ": " + reason(cause), cause);
  }

  /** With a remedy on a line of its own. */
  public static HostFailure withRemedy(String message, String remedy) {
    return new HostFailure(new Problem(message, Optional.empty(), Optional.of(remedy)).render());
  }

  /** Some JDK exceptions carry only a path as their message; their class says what happened. */
  private static String reason(Throwable cause) {
    return switch (cause) {
      case java.nio.file.NoSuchFileException e -> "no such file: " + e.getMessage();
      case java.nio.file.AccessDeniedException e -> "permission denied: " + e.getMessage();
      case java.nio.file.FileAlreadyExistsException e -> "already exists: " + e.getMessage();
      case java.nio.file.DirectoryNotEmptyException e -> "not empty: " + e.getMessage();
      default -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
    };
  }
}
