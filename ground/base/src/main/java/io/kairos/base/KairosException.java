package io.kairos.base;

/** A failure that a user can act on. Anything else that is thrown is a bug of ours. */
public abstract sealed class KairosException extends RuntimeException
    permits InvalidConfig, Refused, HostFailure {
  private static final long serialVersionUID = 1L;

  KairosException(String message, Throwable cause) {
    super(message, cause);
  }
}
