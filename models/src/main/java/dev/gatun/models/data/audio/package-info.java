/** Sound: WAV files, and spectrograms of them that a network takes as pictures. */
package dev.gatun.models.data.audio;
