package org.queqiao.contract.observe;

/**
 * A step of a run of another scheduler. Steps are told, not billed: their cores are those of the
 * run.
 *
 * @param id as Slurm writes it: a number, {@code batch}, {@code extern} or {@code interactive}
 * @param name what it ran
 * @param state its last state, in the other scheduler's word
 * @param startMs its start
 * @param endMs its end, or 0 where it is not known
 * @param tasks how many
 * @param cores over all its nodes
 */
public record ObservedStep(
    String id, String name, String state, long startMs, long endMs, int tasks, long cores) {}
