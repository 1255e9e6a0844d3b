using System.Text.Json;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Darts.Tests.Supernets;

public class ParameterCountTests
{
    [Fact]
    public void Every_search_network_has_exactly_the_official_number_of_parameters()
    {
        using var facts = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "goldens", "facts.json")));
        var checkedNetworks = 0;
        foreach (var network in facts.RootElement.GetProperty("parameter_counts").EnumerateObject())
        {
            var parts = network.Name.Split('.');
            if (parts[0] != "search") continue;
            using var backend = new ReferenceBackend<float>();
            using var net = new Supernet<float>(backend,
                new SupernetShape(3, 32, 32, 10, int.Parse(parts[1][1..]), int.Parse(parts[2][1..])));
            Assert.Equal(network.Value.GetProperty("all").GetInt64(), net.Parameters.Count);
            Assert.Equal(network.Value.GetProperty("tensors").GetInt32(), net.Parameters.Parameters.Count());
            checkedNetworks++;
        }

        Assert.Equal(4, checkedNetworks);
    }
}
