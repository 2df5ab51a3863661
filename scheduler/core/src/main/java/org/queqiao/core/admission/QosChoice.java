package org.queqiao.core.admission;

import java.util.List;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.core.message.Decision;
import org.queqiao.core.state.Priorities;

/** Which quality of service a submission gets: the one it names, or the default of its project. */
final class QosChoice {
  private QosChoice() {}

  /**
   * What came out.
   *
   * @param qos or null for none
   * @param refusal or null
   */
  record Chosen(QosName qos, Decision refusal) {}

  static Chosen of(Priorities priorities, ProjectName project, QosName asked) {
    Rules rules = priorities.rules(new Subject.Project(project));
    if (asked == null) {
      return new Chosen(rules.defaultQos(), null);
    }
    if (priorities.qos(asked).isEmpty()) {
      List<String> names =
          priorities.allQos().stream()
              .filter(each -> rules.qos().isEmpty() || rules.qos().contains(each.name()))
              .map(each -> each.name().value())
              .toList();
      return refused(
          "there is no QOS "
              + asked
              + (priorities.allQos().isEmpty()
                  ? ": this site has defined none"
                  : TextRules.didYouMeanOneOf(asked.value(), names)));
    }
    boolean allowed = rules.qos().isEmpty() || rules.qos().contains(asked);
    return allowed
        ? new Chosen(asked, null)
        : refused(
            "project " + project + " may not use QOS " + asked + ": it may use " + rules.qos());
  }

  private static Chosen refused(String message) {
    return new Chosen(null, Rejections.invalid("qos", message));
  }
}
