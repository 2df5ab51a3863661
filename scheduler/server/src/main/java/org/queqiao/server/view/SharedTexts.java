package org.queqiao.server.view;

import java.util.LinkedHashMap;
import java.util.Map;

/** One copy of each text that many jobs have in common. Bounded; for one thread. */
final class SharedTexts {
  private static final int CAPACITY = 4096;
  private static final int LONGEST = 256;

  private final LinkedHashMap<String, String> texts =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > CAPACITY;
        }
      };

  String share(String text) {
    if (text.isEmpty()) {
      return "";
    }
    if (text.length() > LONGEST) {
      return text;
    }
    String known = texts.putIfAbsent(text, text);
    return known == null ? text : known;
  }
}
