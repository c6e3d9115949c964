// Runs packages of the original conformance kit of the Decentralized Claims Protocol and prints the counts of its result.
// java -cp 'lib/*' Kit.java kit.properties package...

import java.io.FileReader;
import java.util.HashMap;
import java.util.Properties;
import org.eclipse.dataspacetck.core.system.ConsoleMonitor;
import org.eclipse.dataspacetck.dcp.system.DcpSystemLauncher;
import org.eclipse.dataspacetck.runtime.TckRuntime;

public class Kit {
    public static void main(String[] arguments) throws Exception {
        var properties = new Properties();
        try (var reader = new FileReader(arguments[0])) {
            properties.load(reader);
        }
        var values = new HashMap<String, String>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        var kit = TckRuntime.Builder.newInstance()
                .properties(values)
                .launcher(DcpSystemLauncher.class)
                .monitor(new ConsoleMonitor(false, false));
        for (var number = 1; number < arguments.length; number++) {
            kit.addPackage(arguments[number]);
        }
        var result = kit.build().execute();
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
