package org.queqiao.accounting.export;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the server itself says of refunds and what else stands beside usage, in Chinese. What people
 * and nodes wrote stays as they wrote it.
 */
final class EntryWords {
  private static final Map<String, String> CAUSES =
      Map.of(
          "NODE_FAIL", "节点故障",
          "PREEMPTED", "被抢占",
          "REQUEUED", "重新排队",
          "PLATFORM_FAULT", "平台故障",
          "ADMINISTRATOR", "管理员操作",
          "WRONG_CHARGE", "收费有误",
          "GOODWILL", "优惠减免",
          "PACKAGE", "机时包",
          "GRANT", "资助机时",
          "REWARD", "奖励机时");

  /** How a sentence begins, and how that is said; what follows is told by the others. */
  private record Begin(Pattern english, String chinese) {
    static Begin of(String english, String chinese) {
      return new Begin(Pattern.compile(english + "(?:[:;] |$)"), chinese);
    }
  }

  private static final List<Begin> BEGINS =
      List.of(
          Begin.of("the least that a run costs", "运行的最低收费"),
          Begin.of(
              "it is told otherwise now: what people gave back goes with it", "记录已更正，人工退款随之调整"),
          Begin.of("it is told otherwise now", "记录已更正，收回退款"),
          Begin.of("since its checkpoint at (\\S+?)", "自检查点 $1 起"),
          Begin.of("made room for job (\\d+)", "为作业 $1 让出资源"),
          Begin.of("ended by administrator (\\S+) for a fault of the platform", "因平台故障由管理员 $1 终止"),
          Begin.of("ended by administrator (\\S+?)", "由管理员 $1 终止"),
          Begin.of("launch failed on (\\S+?)", "在 $1 上启动失败"),
          Begin.of(
              "the run is gone from (\\S+) and its exit could not be seen", "运行已从 $1 消失，未能看到其结束"));

  private EntryWords() {}

  /** Why it was: a cause, an allowance with its number, or a transaction, which stays. */
  static String cause(String cause, Language in) {
    int space = cause.indexOf(' ');
    String word = space < 0 ? cause : cause.substring(0, space);
    String rest = space < 0 ? "" : cause.substring(space);
    return in.of(cause, CAUSES.getOrDefault(word, word) + rest);
  }

  static String reason(String reason, Language in) {
    return in.of(reason, chinese(reason));
  }

  private static String chinese(String reason) {
    for (Begin each : BEGINS) {
      Matcher found = each.english().matcher(reason);
      if (found.lookingAt()) {
        String told = each.chinese();
        if (found.groupCount() == 1) {
          told = told.replace("$1", found.group(1));
        }
        String rest = reason.substring(found.end());
        return rest.isEmpty() ? told : told + "：" + chinese(rest);
      }
    }
    return reason;
  }
}
