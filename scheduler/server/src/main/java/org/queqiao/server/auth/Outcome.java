package org.queqiao.server.auth;

import java.util.function.Function;

/** A value, or the reason why there is none. */
public sealed interface Outcome<T> {
  /** It was done. */
  record Accepted<T>(T value) implements Outcome<T> {}

  /** It was refused. */
  record Denied<T>(Refusal refusal) implements Outcome<T> {}

  static <T> Outcome<T> accepted(T value) {
    return new Accepted<>(value);
  }

  static <T> Outcome<T> denied(Refusal refusal) {
    return new Denied<>(refusal);
  }

  /** The same refusal, or what follows from the value. */
  default <R> Outcome<R> then(Function<T, Outcome<R>> next) {
    return switch (this) {
      case Accepted<T>(T value) -> next.apply(value);
      case Denied<T>(Refusal refusal) -> denied(refusal);
    };
  }
}
