package org.queqiao.contract.event;

import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;

/**
 * The site decided about shares, allowed qualities of service, priority and limits of a subject.
 *
 * @param subject whom it is about
 * @param rules all of its rules; what was decided before holds no longer
 */
public record RulesSet(Subject subject, Rules rules) implements Event {}
