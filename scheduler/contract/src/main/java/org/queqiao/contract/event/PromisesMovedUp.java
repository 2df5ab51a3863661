package org.queqiao.contract.event;

/**
 * Room came earlier than the promises counted on, and each waiting job was given the earliest start
 * that it can have now beside those of the others. Who starts earlier by it was said so before
 * this, by {@link JobPromised}.
 *
 * @param answered how many of the facts by which room came earlier are answered by it, from the
 *     first that was not
 */
public record PromisesMovedUp(long answered) implements Event {}
