package org.queqiao.contract.event;

import java.util.List;
import org.queqiao.contract.id.QosName;

/**
 * A quality of service exists, or its rules changed.
 *
 * @param name the quality of service
 * @param title shown to people
 * @param priority millionths of the weight of the QOS factor
 * @param preempts whose jobs its jobs may push aside
 */
public record QosDefined(QosName name, String title, int priority, List<QosName> preempts)
    implements Event {
  public QosDefined {
    preempts = List.copyOf(preempts);
  }
}
