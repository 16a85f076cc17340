/** Convolutional networks for images, channels-last: {@code [images, height, width, channels]}. */
package dev.gatun.models.vision;
