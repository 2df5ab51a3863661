package org.queqiao.contract.event;

import java.util.List;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.policy.PreemptRules;

/**
 * A quality of service exists, or its rules changed.
 *
 * @param name the quality of service
 * @param title shown to people
 * @param priority millionths of the weight of the QOS factor
 * @param preempts whose jobs its jobs may push aside
 * @param preemption what becomes of its own jobs when they are pushed aside
 * @param leaseMs its runs are ended on their node when that has had no contact with the server for
 *     so long; 0: they go on
 */
public record QosDefined(
    QosName name,
    String title,
    int priority,
    List<QosName> preempts,
    PreemptRules preemption,
    long leaseMs)
    implements Event {
  public QosDefined {
    preempts = List.copyOf(preempts);
  }

  /** One whose runs go on without contact. */
  public QosDefined(
      QosName name, String title, int priority, List<QosName> preempts, PreemptRules preemption) {
    this(name, title, priority, preempts, preemption, 0);
  }

  /** One whose jobs are not pushed aside. */
  public QosDefined(QosName name, String title, int priority, List<QosName> preempts) {
    this(name, title, priority, preempts, PreemptRules.OFF);
  }
}
