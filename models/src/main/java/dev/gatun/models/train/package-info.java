/**
 * The training loop, the run folder it leaves and the picture of its losses. What is trained is a {@link
 * dev.gatun.models.train.Task}; nothing here knows a kind of model.
 */
package dev.gatun.models.train;
