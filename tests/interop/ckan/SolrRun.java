import java.nio.file.Path;
import org.apache.solr.embedded.JettyConfig;
import org.apache.solr.embedded.JettySolrRunner;

/** Runs Solr in a folder on a port of this machine: `java SolrRun.java HOME PORT`. */
public class SolrRun {
  public static void main(String[] given) throws Exception {
    System.setProperty("solr.jetty.host", "127.0.0.1");
    JettyConfig config = new JettyConfig.Builder().setContext("/solr").setPort(Integer.parseInt(given[1])).build();
    new JettySolrRunner(Path.of(given[0]).toAbsolutePath().toString(), config).start();
    Thread.currentThread().join();
  }
}
