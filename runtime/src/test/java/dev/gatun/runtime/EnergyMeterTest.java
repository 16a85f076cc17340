package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergyMeterTest {
    @TempDir
    Path folder;

    private void zone(String zone, String name, String energy, String most) throws IOException {
        Path z = Files.createDirectories(folder.resolve(zone));
        Files.writeString(z.resolve("name"), name + "\n");
        Files.writeString(z.resolve("max_energy_range_uj"), most + "\n");
        set(zone, energy);
    }

    private void set(String zone, String energy) throws IOException {
        Files.writeString(folder.resolve(zone).resolve("energy_uj"), energy + "\n");
    }

    @Test
    void packagesAreAddedUpAndTheirPartsAreNot() throws IOException {
        zone("intel-rapl:0", "package-0", "1000000", "262143328850");
        zone("intel-rapl:0:0", "core", "500000", "262143328850");
        zone("intel-rapl:1", "package-1", "7000000", "262143328850");
        zone("intel-rapl:2", "psys", "0", "262143328850");
        zone("intel-rapl-mmio:0", "package-0", "1000000", "262143328850");
        EnergyMeter meter = EnergyMeter.open(folder);
        assertThat(meter.available()).isTrue();
        assertThat(meter.joules()).isZero();
        for (String z : new String[] {"intel-rapl:0:0", "intel-rapl:2", "intel-rapl-mmio:0"}) set(z, "9000000000");
        set("intel-rapl:0", "3500000");
        set("intel-rapl:1", "7250000");
        assertThat(meter.joules()).isCloseTo(2.75, within(1e-9));
        set("intel-rapl:1", "8250000");
        assertThat(meter.joules()).as("since it was opened").isCloseTo(3.75, within(1e-9));
    }

    @Test
    void aCounterThatStartsAnewGoesOn() throws IOException {
        zone("intel-rapl:0", "package-0", "65532000000", "65532610987");
        EnergyMeter meter = EnergyMeter.open(folder);
        set("intel-rapl:0", "389013");
        assertThat(meter.joules()).isCloseTo(1.0, within(1e-9));
    }

    @Test
    void whatCannotBeReadIsNotAvailableAndSaysWhy() throws IOException {
        EnergyMeter none = EnergyMeter.open(folder.resolve("absent"));
        assertThat(none.available()).isFalse();
        assertThat(none.joules()).isNaN();
        assertThat(none.reason()).contains("absent");
        assertThat(EnergyMeter.open(folder).reason()).contains("no counter of a processor package");
        zone("intel-rapl:0", "package-0", "lots", "262143328850");
        assertThat(EnergyMeter.open(folder).reason()).contains("energy_uj", "lots");
        zone("intel-rapl:0", "package-0", "-4", "262143328850");
        assertThat(EnergyMeter.open(folder).reason()).contains("-4");
        zone("intel-rapl:0", "package-0", "4", "262143328850");
        EnergyMeter meter = EnergyMeter.open(folder);
        assertThat(meter.reason()).isEmpty();
        Files.delete(folder.resolve("intel-rapl:0/energy_uj"));
        assertThat(meter.joules()).isNaN();
        assertThat(meter.available()).isFalse();
        assertThat(meter.reason()).contains("energy_uj");
    }
}
