package org.queqiao.core;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a person needs to read of inputs and facts: everything that says something. */
final class Words {
  private Words() {}

  /** A record with the components that are there; scripts and other bytes are left out. */
  static String of(Object value) {
    return switch (value) {
      case Record one when one.getClass().getRecordComponents().length == 1 ->
          named(one) ? one.toString() : shortName(one) + "[" + component(one, 0) + "]";
      case Record several ->
          Stream.of(several.getClass().getRecordComponents())
              .filter(each -> says(get(several, each)))
              .map(each -> each.getName() + "=" + of(get(several, each)))
              .collect(Collectors.joining(", ", shortName(several) + "[", "]"));
      case Collection<?> all ->
          all.stream().map(Words::of).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(each -> of(each.getKey()) + "=" + of(each.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case null, default -> String.valueOf(value);
    };
  }

  /** An id shows itself. */
  private static boolean named(Record one) {
    return !one.toString().contains("[");
  }

  private static String component(Record one, int index) {
    return of(get(one, one.getClass().getRecordComponents()[index]));
  }

  private static String shortName(Record one) {
    return one.getClass().getSimpleName();
  }

  private static boolean says(Object value) {
    return switch (value) {
      case null -> false;
      case byte[] _ -> false;
      case String text -> !text.isEmpty();
      case Collection<?> all -> !all.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      case Number number -> number.longValue() != 0;
      case Boolean flag -> flag;
      default -> true;
    };
  }

  private static Object get(Record of, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
