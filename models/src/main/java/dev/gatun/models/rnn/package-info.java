/** Recurrent language models. */
package dev.gatun.models.rnn;
