package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON as plain maps, lists, texts, longs and booleans, and refuses everything that two
 * readers could understand differently: doubled keys, fractions and exponents, {@code -0}, numbers
 * beyond 64 bits, unpaired surrogates, anything behind the value, more than 32 levels.
 */
final class StrictReader {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_NAME = 1024;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(MAX_NAME)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private StrictReader() {}

  /** Reads a body that must be one object. */
  static Map<String, Object> object(byte[] content) {
    if (content.length == 0) {
      throw Refused.malformed("", "the body is missing: send a JSON object");
    }
    try (JsonParser parser = FACTORY.createParser(content)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw Refused.malformed("", "the body must be a JSON object");
      }
      Map<String, Object> object = object(parser, "");
      if (parser.nextToken() != null) {
        throw Refused.malformed("", "there is something behind the JSON object");
      }
      return object;
    } catch (StreamConstraintsException e) {
      throw Refused.malformed(
          "", "the body is nested more than " + MAX_DEPTH + " levels deep, or a name is too long");
    } catch (JsonProcessingException e) {
      // The message of the parser may quote the body, which may hold secrets; the place does not.
      throw Refused.malformed("", "the body is no valid JSON in UTF-8" + place(e.getLocation()));
    } catch (IOException e) {
      throw Refused.malformed("", "the body is no valid JSON in UTF-8");
    }
  }

  private static String place(JsonLocation at) {
    return at == null || at.getLineNr() < 1
        ? ""
        : ": see line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static Map<String, Object> object(JsonParser parser, String path) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      String inner = path.isEmpty() ? name : path;
      checkText(inner, name);
      if (object.containsKey(name)) {
        throw Refused.malformed(
            inner, "the field " + Schema.shown(name) + " is given twice: give it once");
      }
      parser.nextToken();
      object.put(name, value(parser, inner));
    }
    return object;
  }

  private static List<Object> array(JsonParser parser, String path) throws IOException {
    List<Object> array = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(parser, path));
    }
    return array;
  }

  private static Object value(JsonParser parser, String path) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, path);
      case START_ARRAY -> array(parser, path);
      case VALUE_STRING -> checkText(path, parser.getText());
      case VALUE_NUMBER_INT -> integer(parser, path);
      case VALUE_NUMBER_FLOAT ->
          throw Refused.invalid(path, path + " must be an integer without fraction or exponent");
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw Refused.malformed(path, "the body is no valid JSON");
    };
  }

  private static Long integer(JsonParser parser, String path) throws IOException {
    if (parser.getTextLength() == 2 && parser.getText().equals("-0")) {
      throw Refused.invalid(path, path + " must not be -0: write 0");
    }
    try {
      return parser.getLongValue();
    } catch (InputCoercionException e) {
      throw Refused.invalid(path, path + " must be an integer within 64 bits");
    }
  }

  private static String checkText(String path, String text) {
    for (int i = 0; i < text.length(); i++) {
      char at = text.charAt(i);
      if (Character.isSurrogate(at)) {
        boolean pair =
            Character.isHighSurrogate(at)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw Refused.malformed(path, path + " has half of a character (unpaired surrogate)");
        }
        i++;
      }
    }
    return text;
  }
}
