package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.core.message.Explanation.Lack;

/** What a job lacks, in words. */
final class LackText {
  private LackText() {}

  /** The end of a sentence about the nodes that have room. */
  static String end(List<Lack> lacks) {
    return lacks.isEmpty() ? "." : "; what is missing is " + list(lacks) + ".";
  }

  /** What is lacked, with on how many nodes. */
  static String list(List<Lack> lacks) {
    List<String> parts = new ArrayList<>();
    for (Lack each : lacks) {
      parts.add(
          each.what()
              + (each.nodes() == 0 ? "" : " on " + ExplanationText.count(each.nodes(), "node")));
    }
    return String.join(", ", parts);
  }

  /** The same of a component. */
  static String end(String lacks) {
    return switch (lacks) {
      case "" -> ".";
      case "contiguous" -> ", but they do not lie side by side.";
      case "switches" -> ", but they lie on too many switches.";
      default -> "; what is missing is " + lacks + ".";
    };
  }
}
