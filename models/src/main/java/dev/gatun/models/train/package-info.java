/** The training loop, the run folder it leaves and the picture of its losses. */
package dev.gatun.models.train;
