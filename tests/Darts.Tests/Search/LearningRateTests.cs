using System.Text.Json;
using MIOpenDarts.Layers.Optimisers;

namespace MIOpenDarts.Darts.Tests.Search;

public class LearningRateTests
{
    [Theory]
    [InlineData("lr_search_50_epochs", 0.001, 50)]
    [InlineData("lr_eval_600_epochs", 0.0, 600)]
    public void The_cosine_schedule_gives_the_official_rates(string list, double minimum, int epochs)
    {
        using var facts = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "goldens", "facts.json")));
        var schedule = new CosineSchedule(0.025, minimum, epochs);
        var rates = facts.RootElement.GetProperty(list).EnumerateArray().Select(r => r.GetDouble()).ToArray();
        Assert.NotEmpty(rates);
        for (var epoch = 0; epoch < rates.Length; epoch++) Assert.Equal(rates[epoch], schedule.Rate(epoch), 14);
    }
}
