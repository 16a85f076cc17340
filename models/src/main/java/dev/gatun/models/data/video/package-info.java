/** Videos as stacks of frames. */
package dev.gatun.models.data.video;
