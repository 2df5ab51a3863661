package org.queqiao.core.admission;

import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Rejection.Code;

/** Short ways to refuse. */
final class Rejections {
  private Rejections() {}

  static Decision invalid(String field, String message) {
    return of(Code.INVALID, field, message);
  }

  static Decision forbidden(String message) {
    return of(Code.FORBIDDEN, "", message);
  }

  static Decision notFound(String field, String message) {
    return of(Code.NOT_FOUND, field, message);
  }

  static Decision conflict(String field, String message) {
    return of(Code.CONFLICT, field, message);
  }

  static Decision of(Code code, String field, String message) {
    return Decision.rejected(new Rejection(code, field, message));
  }
}
