/** Optimizers, gradient clipping and learning-rate schedules. */
package dev.gatun.models.optim;
