package org.queqiao.contract.money;

/**
 * What a price is multiplied by during a part of the day.
 *
 * @param fromMinute of the day, from 0
 * @param toMinute the first minute after it, up to 1440
 * @param permille thousandths: 1500 is half as much again, 500 the half
 */
public record DayFactor(int fromMinute, int toMinute, int permille) {}
