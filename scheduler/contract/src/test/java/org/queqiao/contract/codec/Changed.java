package org.queqiao.contract.codec;

import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;

/** Records with some components changed, so that a sample names only what it is about. */
final class Changed {
  private Changed() {}

  /**
   * The record with other values.
   *
   * @param namesAndValues name, value, name, value
   * @throws IllegalArgumentException when the record has no component of a name
   */
  static <R extends Record> R with(R record, Object... namesAndValues) {
    Map<String, Object> others = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      others.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    RecordComponent[] components = record.getClass().getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        String name = components[i].getName();
        types[i] = components[i].getType();
        values[i] =
            others.containsKey(name)
                ? others.remove(name)
                : components[i].getAccessor().invoke(record);
      }
      if (!others.isEmpty()) {
        throw new IllegalArgumentException(record.getClass() + " has no " + others.keySet());
      }
      @SuppressWarnings("unchecked")
      R changed = (R) record.getClass().getDeclaredConstructor(types).newInstance(values);
      return changed;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
