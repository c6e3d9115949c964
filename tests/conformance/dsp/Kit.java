// Runs the original conformance kit of the Dataspace Protocol and prints the counts of its result.
// java -cp 'lib/*' Kit.java kit.properties

import java.io.FileReader;
import java.util.HashMap;
import java.util.Properties;
import org.eclipse.dataspacetck.core.system.ConsoleMonitor;
import org.eclipse.dataspacetck.dsp.system.DspSystemLauncher;
import org.eclipse.dataspacetck.runtime.TckRuntime;

public class Kit {
    public static void main(String[] arguments) throws Exception {
        var properties = new Properties();
        try (var reader = new FileReader(arguments[0])) {
            properties.load(reader);
        }
        var values = new HashMap<String, String>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        var result = TckRuntime.Builder.newInstance()
                .properties(values)
                .addPackage("org.eclipse.dataspacetck.dsp.verification")
                .launcher(DspSystemLauncher.class)
                .monitor(new ConsoleMonitor(false, false))
                .build()
                .execute();
        result.getFailures().forEach(failure -> {
            System.out.println("failed " + failure.getTestIdentifier().getDisplayName());
            System.out.println("  because " + failure.getException());
        });
        System.out.printf("found %d started %d succeeded %d failed %d skipped %d%n", result.getTestsFoundCount(),
                result.getTestsStartedCount(), result.getTestsSucceededCount(), result.getTestsFailedCount(),
                result.getTestsSkippedCount());
        System.exit(0);
    }
}
