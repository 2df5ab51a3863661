package org.queqiao.server.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Hands out values by key and remembers every key that it was asked for: the code that reads a
 * setting is the only place that states its type, unit, default and meaning.
 */
final class Settings {
  private final Map<String, Object> values;
  private final String origin;
  private final Map<String, Setting> known = new TreeMap<>();

  /**
   * Settings from a file.
   *
   * @param values by full key, as {@link YamlFile} flattens them
   * @param origin the file, for messages
   */
  Settings(Map<String, Object> values, String origin) {
    this.values = values;
    this.origin = origin;
  }

  String text(String key, String unit, String otherwise, String prose) {
    Object value = values.get(key);
    if (value != null && !(value instanceof String)) {
      throw wrong(key, value, "a text (" + unit + ")");
    }
    return note(key, unit, otherwise, prose, value == null ? otherwise : (String) value);
  }

  /** An address to listen on; one of IPv6 may stand in brackets. */
  String address(String key, String prose) {
    String text = text(key, "address", "127.0.0.1", prose);
    return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
  }

  boolean flag(String key, boolean otherwise, String prose) {
    Object value = values.get(key);
    if (value != null && !(value instanceof Boolean)) {
      throw wrong(key, value, "true or false");
    }
    return note(
        key, "true or false", otherwise, prose, value == null ? otherwise : (Boolean) value);
  }

  long number(String key, String unit, long otherwise, long least, long most, String prose) {
    Object value = values.get(key);
    long number = otherwise;
    if (value instanceof Integer || value instanceof Long) {
      number = ((Number) value).longValue();
    } else if (value != null) {
      throw wrong(key, value, "a whole number of " + unit);
    }
    if (number < least || number > most) {
      throw new ConfigException(
          origin
              + ": "
              + key
              + " is "
              + number
              + " "
              + unit
              + "; it must be from "
              + least
              + " to "
              + most);
    }
    return note(key, unit, otherwise, prose, number);
  }

  int integer(String key, String unit, int otherwise, int least, int most, String prose) {
    return Math.toIntExact(number(key, unit, otherwise, least, most, prose));
  }

  private <T> T note(String key, String unit, T otherwise, String prose, T value) {
    known.put(
        key,
        new Setting(
            key,
            unit,
            String.valueOf(otherwise),
            prose,
            String.valueOf(value),
            values.containsKey(key) ? origin : "default"));
    return value;
  }

  private ConfigException wrong(String key, Object value, String wanted) {
    String shown = value instanceof Map || value instanceof List ? "a group" : "'" + value + "'";
    return new ConfigException(origin + ": " + key + " must be " + wanted + ", not " + shown);
  }

  /** Refuses keys that nobody asked for, each with the nearest known name. */
  void refuseUnknown() {
    for (String key : values.keySet()) {
      if (!known.containsKey(key)) {
        throw new ConfigException(
            origin
                + ": there is no setting '"
                + key
                + "'; the nearest is '"
                + NearestName.of(key, known.keySet())
                + "' (./queqiao config show lists all)");
      }
    }
  }

  /** Every key that was read, by name. */
  List<Setting> known() {
    return Collections.unmodifiableList(new ArrayList<>(known.values()));
  }
}
