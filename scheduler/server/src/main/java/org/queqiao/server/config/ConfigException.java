package org.queqiao.server.config;

/** A configuration that cannot be used; the message says what is wrong, where, and what to do. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }
}
