package org.queqiao.core.message;

/**
 * Why a job waits.
 *
 * @param word the word of Slurm
 * @param sentence who, which limit, how much is used; empty when the word says it all
 */
public record PendingWhy(String word, String sentence) {}
