/** Text files as token sequences, and the batches drawn from them. */
package dev.gatun.models.data;
