package org.queqiao.server.http;

import org.queqiao.server.auth.Refusal;

/** Ends the handling of a request; caught where the request came in and answered there. */
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Refusal refusal;

  Refused(Refusal refusal) {
    super(refusal.detail(), null, false, false);
    this.refusal = refusal;
  }

  static Refused malformed(String field, String detail) {
    return new Refused(Refusal.of(Refusal.Code.MALFORMED, field, detail));
  }

  static Refused invalid(String field, String detail) {
    return new Refused(Refusal.of(Refusal.Code.INVALID, field, detail));
  }

  static Refused notFound(String detail) {
    return new Refused(Refusal.of(Refusal.Code.NOT_FOUND, detail));
  }

  static Refused forbidden(String detail) {
    return new Refused(Refusal.of(Refusal.Code.FORBIDDEN, detail));
  }

  static Refused conflict(String detail) {
    return new Refused(Refusal.of(Refusal.Code.CONFLICT, detail));
  }

  static Refused busy(String detail) {
    return new Refused(new Refusal(Refusal.Code.BUSY, "", detail, 1));
  }

  /** The machine takes no more questions at the moment. */
  static Refused schedulerBusy() {
    return busy("the scheduler is busy: try again in a second");
  }

  Refusal refusal() {
    return refusal;
  }
}
