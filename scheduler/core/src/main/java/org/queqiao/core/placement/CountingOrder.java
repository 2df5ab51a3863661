package org.queqiao.core.placement;

import java.util.Comparator;
import org.queqiao.contract.id.NodeName;

/** Names as people count: {@code n9} before {@code n10}. */
final class CountingOrder implements Comparator<NodeName> {
  static final CountingOrder INSTANCE = new CountingOrder();

  private CountingOrder() {}

  @Override
  public int compare(NodeName left, NodeName right) {
    String one = left.value();
    String other = right.value();
    int i = 0;
    int j = 0;
    while (i < one.length() && j < other.length()) {
      if (isDigit(one.charAt(i)) && isDigit(other.charAt(j))) {
        int oneEnd = numberEnd(one, i);
        int otherEnd = numberEnd(other, j);
        int order = compareNumbers(one.substring(i, oneEnd), other.substring(j, otherEnd));
        if (order != 0) {
          return order;
        }
        i = oneEnd;
        j = otherEnd;
      } else {
        int order = Character.compare(one.charAt(i++), other.charAt(j++));
        if (order != 0) {
          return order;
        }
      }
    }
    int order = Integer.compare(one.length() - i, other.length() - j);
    return order != 0 ? order : one.compareTo(other);
  }

  private static boolean isDigit(char each) {
    return each >= '0' && each <= '9';
  }

  private static int numberEnd(String text, int from) {
    int end = from;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** By value, of any length. */
  private static int compareNumbers(String left, String right) {
    String one = withoutZeros(left);
    String other = withoutZeros(right);
    int order = Integer.compare(one.length(), other.length());
    return order != 0 ? order : one.compareTo(other);
  }

  private static String withoutZeros(String digits) {
    int first = 0;
    while (first < digits.length() - 1 && digits.charAt(first) == '0') {
      first++;
    }
    return digits.substring(first);
  }
}
